"""Who a log row is about: by ID number (also masked), account, phone, employee number, name, through trainees and roster.

A name that one trainee bears is that trainee; one that several bear, with nothing else to tell them apart, stays ambiguous.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.domain.claim import Insured, Roster, Trainee, Trainees
from services.domain.facts import LoggedPerson
from services.domain.identity import id_number_problem, mask_id_number, normalise_number


class Standing(StrEnum):
    """What is known of a learner."""

    TRAINEE = "trainee"
    AMBIGUOUS = "ambiguous"
    ON_ROSTER = "on_roster"
    """Known to the roster, not a trainee of the claim."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Learner:
    """`trainees`: one index (TRAINEE), several or a doubtful one (AMBIGUOUS), none. `key` is equal for rows about the same person."""

    standing: Standing
    key: str
    shown: str
    trainees: tuple[int, ...] = ()


def is_distinct(learner: Learner) -> bool:
    """True where two keys cannot be one person: trainees, and others told by an ID number."""
    return learner.standing is Standing.TRAINEE or (learner.standing is not Standing.AMBIGUOUS and len(learner.key) == 18 and learner.key[:17].isdigit())


def person_name(untrusted: str | None) -> str:
    """A name for comparing: without blanks, full-width forms and the dots inside minority names."""
    if not untrusted:
        return ""
    text = unicodedata.normalize("NFKC", untrusted).casefold()
    return "".join(c for c in text if c not in "·•・.‧ \u3000" and not c.isspace())


class Learners:
    """Resolves logged people; answers are remembered, so that a million rows cost one look-up each."""

    def __init__(self, trainees: Trainees | None, roster: Roster | None) -> None:
        self.trainees = trainees
        self._trainees = trainees.people if trainees else ()
        self._known: dict[LoggedPerson, Learner] = {}
        self._by_id: dict[str, int] = {}
        for index, person in enumerate(self._trainees):
            # of a trainee listed twice the first listing counts
            self._by_id.setdefault(normalise_number(person.id_number) or f"row {index}", index)
        self._roster_by_id: dict[str, Insured] = {normalise_number(p.id_number): p for p in (roster.people if roster else ())}
        people: Iterable[Trainee | Insured] = [*(self._trainees[i] for i in self._by_id.values()), *self._roster_by_id.values()]
        self._accounts, self._phones, self._numbers = _index(people, "account"), _index(people, "phone"), _index(people, "employee_no")
        self._names: dict[str, list[int]] = defaultdict(list)
        for index in self._by_id.values():
            self._names[person_name(self._trainees[index].name)].append(index)
        self._roster_names = {person_name(p.name) for p in self._roster_by_id.values()}

    def note_aliases(self, people: Iterable[LoggedPerson]) -> None:
        """Learn from rows that give an account beside an ID number whose account it is; other rows may give the account alone."""
        for person in people:
            number = normalise_number(person.id_number)
            if person.account and (number in self._by_id or number in self._roster_by_id):
                self._accounts[normalise_number(person.account).casefold()].add(number)

    def of(self, person: LoggedPerson) -> Learner:
        """Who a row is about."""
        known = self._known.get(person)
        if known is None:
            known = self._known[person] = self._resolve(person)
        return known

    def _resolve(self, person: LoggedPerson) -> Learner:
        shown = shown_person(person)
        number = normalise_number(person.id_number)
        if number and "*" not in number:
            if number in self._by_id:
                return self._trainee(self._by_id[number])
            homonyms = self._names.get(person_name(person.name), []) if person.name else []
            if homonyms and id_number_problem(number) is not None and number not in self._roster_by_id:
                # the name is a trainee's, the number nobody's: a human tells whether it was mistyped
                return Learner(Standing.AMBIGUOUS, number, shown, tuple(homonyms))
            return Learner(Standing.ON_ROSTER if number in self._roster_by_id else Standing.UNKNOWN, number, shown)
        if number:
            return self._masked(number, person, shown)
        for numbers in self._ways(person):
            if numbers:
                return self._among(numbers, person, shown)
        name = person_name(person.name)
        homonyms = self._names.get(name, []) if name else []
        if len(homonyms) == 1:
            return self._trainee(homonyms[0])
        key = name or (person.account or person.phone or person.employee_no or "?")
        if homonyms:
            return Learner(Standing.AMBIGUOUS, f"{key}|{person.account or ''}", shown, tuple(homonyms))
        return Learner(Standing.ON_ROSTER if name in self._roster_names else Standing.UNKNOWN, key, shown)

    def _ways(self, person: LoggedPerson) -> Iterator[set[str]]:
        """ID numbers of those whom the row's account, phone or employee number names, best way first."""
        if person.account:
            account = normalise_number(person.account).casefold()
            for form in dict.fromkeys((account, account.split("@", 1)[0])):
                yield self._accounts.get(form, set())
                number = normalise_number(form)
                yield {number} if number in self._by_id or number in self._roster_by_id else set()
                # accounts are often the phone or employee number
                yield self._phones.get(form, set()) | self._numbers.get(form, set())
        if person.phone:
            yield self._phones.get(normalise_number(person.phone).casefold(), set())
        if person.employee_no:
            yield self._numbers.get(normalise_number(person.employee_no).casefold(), set())

    def _among(self, numbers: set[str], person: LoggedPerson, shown: str) -> Learner:
        trainees = sorted(self._by_id[number] for number in numbers if number in self._by_id)
        if len(trainees) > 1 and person.name:
            named = [i for i in trainees if person_name(self._trainees[i].name) == person_name(person.name)]
            trainees = named or trainees
        if len(trainees) == 1:
            return self._trainee(trainees[0])
        key = "|".join(sorted(numbers))
        return Learner(Standing.AMBIGUOUS, key, shown, tuple(trainees)) if trainees else Learner(Standing.ON_ROSTER, key, shown)

    def _masked(self, mask: str, person: LoggedPerson, shown: str) -> Learner:
        name = person_name(person.name)
        fitting = {
            number
            for number in (*self._by_id, *self._roster_by_id)
            if len(number) == len(mask)
            and all(m in ("*", n) for m, n in zip(mask, number, strict=True))
            and (not name or person_name(self._name_of(number)) == name)
        }
        if not fitting:
            return Learner(Standing.UNKNOWN, f"{mask}|{name}", shown)
        return self._among(fitting, person, shown)

    def _name_of(self, number: str) -> str:
        return self._trainees[self._by_id[number]].name if number in self._by_id else self._roster_by_id[number].name

    def _trainee(self, index: int) -> Learner:
        person = self._trainees[index]
        masked = mask_id_number(person.id_number)
        homonyms = len(self._names.get(person_name(person.name), ())) > 1
        shown = f"{person.name}（{masked}）" if person.name and masked and homonyms else person.name or masked
        return Learner(Standing.TRAINEE, f"trainee {index}", shown, (index,))


def _index(people: Iterable[Trainee | Insured], field: str) -> dict[str, set[str]]:
    """account, phone or employee number → ID numbers of those who bear it."""
    index: dict[str, set[str]] = defaultdict(set)
    for person in people:
        value = getattr(person, field)
        if value and person.id_number:
            index[normalise_number(value).casefold()].add(normalise_number(person.id_number))
    return index


def shown_person(person: LoggedPerson) -> str:
    """A logged person as a message may show them: never with a full ID number."""
    if person.name:
        return person.name
    for value in (person.id_number, person.account, person.employee_no, person.phone):
        if value:
            return mask_id_number(value) or value
    return "?"
