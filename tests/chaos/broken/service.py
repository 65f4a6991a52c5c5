"""`python -m tests.chaos.broken.service VARIANT run AGENCY`: the `ieum` command of a broken product."""

import sys

from ieum.cli.main import main
from tests.chaos.broken.variants import break_product

if __name__ == "__main__":
    break_product(sys.argv.pop(1))
    main()
