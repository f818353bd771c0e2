"""What an administrator runs on the server: one module a command, each with `add(commands)` and `run(args)`."""
