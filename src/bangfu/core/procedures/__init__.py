"""The case engine: how a case goes through a procedure of the rulebook, as a pure fold of events."""
