"""The monthly run: started in the browser, worked in a process of its own, read by village and policy."""
