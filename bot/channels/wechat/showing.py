"""What it takes to show updates besides the updates: the place in the queue, a link to the web."""

from dataclasses import dataclass

from bot.channels.wechat import render
from bot.channels.wechat.entries import Stands
from bot.channels.wechat.links import Links
from bot.channels.wechat.render import Shown
from bot.helpdesk.desk import Desk
from bot.helpdesk.models import QueuePosition, Update
from bot.helpdesk.texts import Texts


@dataclass(frozen=True)
class Show:
    """Shows the updates of one conversation now."""

    texts: Texts
    locale: str
    place: QueuePosition | None
    link: str | None

    def __call__(self, update: Update) -> Shown:
        """One update."""
        return render.show(update, self.texts, self.locale, self.place, self.link)

    def rating_lines(self) -> str:
        """The rating for those who type."""
        return render.rating_lines(self.texts, self.locale)

    def rating_menu(self, conversation_id: str, seq: int) -> list[dict[str, str]]:
        """The rating for those who tap."""
        return render.rating_menu(conversation_id, seq, self.texts, self.locale)

    def hint(self) -> str:
        """The line that asks the visitor to write, so that more can be sent."""
        if self.link:
            return self.texts.get(self.locale, "reply_to_go_on_web", url=self.link)
        return self.texts.get(self.locale, "reply_to_go_on")


class Shows:
    """Fetches what showing needs, outside of any transaction."""

    def __init__(self, desk: Desk, links: Links, texts: Texts) -> None:
        self._desk = desk
        self._links = links
        self._texts = texts

    def plain(self, stands: Stands) -> Show:
        """For a conversation that neither waits in the queue nor wants a link."""
        return Show(self._texts, stands.locale, None, None)

    async def prepare(self, conversation_id: str, stands: Stands, *, wants_link: bool) -> Show:
        """For one conversation; only where a link is wanted is there one, for it opens the conversation."""
        place = await self._desk.queue_position(conversation_id) if stands.owner == "queue" else None
        link = await self._links.to_web(conversation_id) if wants_link else None
        return Show(self._texts, stands.locale, place, link)
