"""``./bangban restore FILE``: see bot/cli/backup.py."""

import sys

from bot.cli.backup import main

if __name__ == "__main__":
    sys.exit(main(restoring=True))
