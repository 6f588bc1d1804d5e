"""`python -m fleet` is `dockfleet`."""

from fleet.program import main

main()
