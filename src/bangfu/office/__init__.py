"""The office: the county's registry in the browser. Django; calls the core, which knows nothing of it."""
