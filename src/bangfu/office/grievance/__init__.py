"""Complaints, petitions and reports of misuse, kept from those whom they concern."""
