"""What holds for every test: an example may take its time, since a busy machine is no fault of the product."""

from hypothesis import settings

settings.register_profile("busy", deadline=None)
settings.load_profile("busy")
