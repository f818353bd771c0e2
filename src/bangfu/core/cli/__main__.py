"""`python -m bangfu.core.cli`."""

import sys

from bangfu.core.cli.main import main

sys.exit(main())
