"""Text messages to households: queued with what happened, sent afterwards through a gateway, never twice."""
