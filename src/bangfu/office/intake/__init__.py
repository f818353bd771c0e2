"""One window for applications, reports of the public, objections on the web, and the work of other bureaus."""
