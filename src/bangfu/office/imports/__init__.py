"""Files brought by offices and bureaus: recognised, checked, committed as a batch, and taken back as a batch."""
