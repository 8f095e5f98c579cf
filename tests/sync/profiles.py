"""The kinds of app that the engine is driven against, from rich to poor; each poverty is one that real apps have."""

from __future__ import annotations

from dataclasses import replace

from connectors.memory.behaviour import AT_FILING_ONLY, Behaviour, Versions
from contracts.connector import Feed, Part, ResponseAbility
from contracts.content import Field
from contracts.vocabulary import Status, Visibility

THREE_WORDS = {"baru": Status.RECEIVED, "proses": Status.IN_PROGRESS, "selesai": Status.ANSWERED}
SAID = {
    Status.RECEIVED: "baru",
    Status.VERIFIED: "baru",
    Status.ASSIGNED: "baru",
    Status.IN_PROGRESS: "proses",
    Status.ANSWERED: "selesai",
    Status.CLOSED: "selesai",
}
SHOWN = frozenset({Field.TITLE, Field.DESCRIPTION, Field.CATEGORY, Field.STATUS, Field.REASON, Field.HOLDER, Field.SUBMITTED_AT})
CHANGED = SHOWN - AT_FILING_ONLY
PUBLIC = ResponseAbility(reads=True, writes=frozenset({Visibility.PUBLIC}))

RICH = Behaviour(reads=SHOWN, creates=SHOWN, writes=CHANGED)
SHORT_PAGES = Behaviour(
    reads=SHOWN, creates=SHOWN, writes=CHANGED, page_size=2, versions=Versions.OPAQUE, idempotent_create=False, returns_record=False
)
THREE_STATES = Behaviour(
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    words=THREE_WORDS,
    write_words=SAID,
    cuts={Field.TITLE: 9},
    combines=frozenset(),
    responses=PUBLIC,
)
HOME_MADE = Behaviour(
    feed=Feed.SNAPSHOT,
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    versions=Versions.NONE,
    conditional_write=False,
    carries_token=False,
    can_find=False,
    idempotent_create=False,
    returns_record=False,
    page_size=3,
    combines=frozenset(),
    responses=PUBLIC,
)
FORGETFUL = Behaviour(
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    versions=Versions.OPAQUE,
    carries_token=False,
    can_find=False,
    idempotent_create=False,
    page_size=4,
)
ANSWERS_WITH_STATUS = Behaviour(
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    words=THREE_WORDS,
    write_words=SAID,
    together=frozenset({Part.STATUS, Part.RESPONSE}),
    combines=frozenset(),
    responses=PUBLIC,
)
CUTS_SILENTLY = Behaviour(reads=SHOWN, creates=SHOWN, writes=CHANGED, undeclared_cuts={Field.TITLE: 8}, returns_record=False)
REPLY_OPENS = Behaviour(reads=SHOWN, creates=SHOWN, writes=CHANGED, words=THREE_WORDS, write_words=SAID, reply_moves_to="proses")
STEPS_ONLY = Behaviour(
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    words=THREE_WORDS,
    write_words=SAID,
    combines=frozenset(),
    transitions={
        Status.RECEIVED: frozenset({Status.IN_PROGRESS}),
        Status.IN_PROGRESS: frozenset({Status.ANSWERED}),
        Status.ANSWERED: frozenset({Status.IN_PROGRESS}),
    },
)
REMEMBERS_EPOCHS = replace(RICH, has_epoch=True)
REOPENS = replace(RICH, words=THREE_WORDS, write_words=SAID, reopens=frozenset({Status.IN_PROGRESS}))
# A record begins with the app's own first status, whatever the complaint's is.
BEGINS_ANEW = replace(RICH, creates=SHOWN - {Field.STATUS}, idempotent_create=False)
# Neither searched nor listed: what became of a create is known by what comes in, or by a person.
BLIND = Behaviour(
    feed=Feed.INBOX,
    reads=SHOWN,
    creates=SHOWN,
    writes=CHANGED,
    versions=Versions.OPAQUE,
    carries_token=False,
    can_find=False,
    can_list=False,
    idempotent_create=False,
    signals_deletion=True,
)

PROFILES: dict[str, Behaviour] = {
    "rich": RICH,
    "short_pages": SHORT_PAGES,
    "three_states": THREE_STATES,
    "home_made": HOME_MADE,
    "forgetful": FORGETFUL,
    "answers_with_status": ANSWERS_WITH_STATUS,
    "cuts_silently": CUTS_SILENTLY,
    "reply_opens": REPLY_OPENS,
    "steps_only": STEPS_ONLY,
    "remembers_epochs": REMEMBERS_EPOCHS,
    "reopens": REOPENS,
    "begins_anew": BEGINS_ANEW,
}
# A backup of an app that nobody can list, put back, is noticed by nobody: these take part only where nothing is restored.
UNRESTORED: dict[str, Behaviour] = {**PROFILES, "blind": BLIND}
