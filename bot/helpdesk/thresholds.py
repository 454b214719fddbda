"""The thresholds that hold now: defaults of the settings, and what an administrator changed since."""

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.helpdesk.errors import Invalid
from bot.helpdesk.rules.policy import Policy, with_changes
from bot.helpdesk.storage import settings

_log = structlog.get_logger(__name__)


class Thresholds:
    """Shared by everything in one process; ``refresh`` brings it up to date."""

    def __init__(self, default: Policy) -> None:
        self.default = default
        self.policy = default

    async def refresh(self, connection: AsyncConnection) -> None:
        """Read what was changed. Values that no longer fit are ignored: the service must go on."""
        changes = await settings.changed(connection)
        try:
            self.policy = with_changes(self.default, changes)
        except Invalid:
            _log.error("thresholds_ignored", names=sorted(changes))
            self.policy = self.default
