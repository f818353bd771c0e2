"""The means-check report of a household: what was asked, under which authorisation, and what came back."""
