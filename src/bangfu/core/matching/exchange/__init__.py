"""The log of exchanges with bureaus, and the register of authorisations that they rest on."""
