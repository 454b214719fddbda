"""What tests change of the running service as its administrator, and put back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from bench.running import Service, wait_until
from bot.helpdesk.worktime.schedule import LOCAL
from tests.browser.people import Staff

OPEN = "waiting,offered,claimed"


@dataclass
class Office:
    """The administrator at the API, without a browser."""

    url: str
    session: requests.Session

    @classmethod
    def open(cls, service: Service) -> "Office":
        """Log in."""
        office = cls(f"{service.url}/api/staff", requests.Session())
        found = office.call("POST", "/login", {"username": "admin", "password": service.password})
        office.session.headers["X-CSRF-Token"] = found["csrf"]
        return office

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer; an error of the service is an error of the test."""
        answer = self.session.request(method, self.url + path, json=body, timeout=10)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    @contextmanager
    def thresholds(self, **values: float) -> Iterator[None]:
        """Other thresholds for a while. Those of the ladder must keep rising: give the first ones first."""
        for name, value in values.items():
            self.call("PUT", "/admin/thresholds", {"name": name, "value": value})
        try:
            yield
        finally:
            for name in reversed(values):
                self.call("PUT", "/admin/thresholds", {"name": name, "value": None})

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Nobody works today, nor tomorrow if the day should end meanwhile."""
        today = datetime.now(LOCAL).date()
        days = [(today + timedelta(days=n)).isoformat() for n in (0, 1)]
        body = {"department": None, "spans": [], "reason": "盘点"}
        made = [
            self.call("POST", "/admin/exceptions", {**body, "day": day})["exception"]["id"] for day in days
        ]
        try:
            yield
        finally:
            for each in made:
                self.call("DELETE", f"/admin/exceptions/{each}")

    def hire(self, username: str, name: str, department: str) -> Staff:
        """A helper added as the console adds one, with the password that is told once."""
        form = {"username": username, "name": name, "role": "helper", "department": department}
        return Staff(username, name, self.call("POST", "/admin/staff", form)["password"])

    @contextmanager
    def department(self, name: str) -> Iterator[None]:
        """A department that a test makes, closed afterwards: departments are never deleted."""
        try:
            yield
        finally:
            self.call("PUT", "/admin/departments", {"name": name, "active": False})

    @contextmanager
    def kept(self, *, topic: str, department: str) -> Iterator[None]:
        """What a test changes of a department's topic, fallback and hours is put back."""
        topics = self.call("GET", "/admin/topics")["topics"]
        places = self.call("GET", "/admin/departments")["departments"]
        try:
            yield
        finally:
            self.call("PUT", "/admin/topics", next(it for it in topics if it["code"] == topic))
            place = next(it for it in places if it["name"] == department)
            self.call("PUT", "/admin/departments", {k: v for k, v in place.items() if k != "staff"})
            self.call("PUT", "/admin/hours", {"department": department, "spans": []})
            for each in self.call("GET", "/admin/exceptions")["exceptions"]:
                if each["department"] == department:
                    self.call("DELETE", f"/admin/exceptions/{each['id']}")

    def send_home(self) -> None:
        """End everybody's shift, so that nothing is offered to people whose consoles are gone."""
        for person in self.call("GET", "/people")["people"]:
            if person["presence"] != "away":
                self.call("POST", "/shift/end", {"to": None, "staff_id": person["id"]})

    def settle(self) -> None:
        """End whatever is still open, so that the next test finds an empty floor."""
        for request in self.call("GET", f"/help-requests?status={OPEN}")["requests"]:
            talk = f"/conversations/{request['conversation_id']}"
            self.call("POST", f"{talk}/close", {"outcome": "resolved"})
        wait_until(lambda: not self.call("GET", f"/help-requests?status={OPEN}")["requests"])
