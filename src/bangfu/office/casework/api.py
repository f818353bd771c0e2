"""The only door to this app."""

from bangfu.office.casework.actions import (
    AlreadyOpen,
    Brought,
    Move,
    act,
    bar,
    object_publicly,
    open_case,
    open_from_finding,
    relative_filed,
    sign,
    turn_down,
)
from bangfu.office.casework.assembly import agenda
from bangfu.office.casework.bulk.handing import count_desk, move_desk
from bangfu.office.casework.bulk.running import recover
from bangfu.office.casework.clue_actions import register_clue
from bangfu.office.casework.deciding import basis_of
from bangfu.office.casework.documents.letters import letter_paper
from bangfu.office.casework.documents.printing import Paper, Part, pdf, shown_day
from bangfu.office.casework.engine import (
    appeal_procedures,
    calendar,
    current,
    events_of,
    faces,
    folded,
    procedure_of,
)
from bangfu.office.casework.from_visits import open_from_visit
from bangfu.office.casework.models import CLOSED, Case, CaseDocument, CaseEvent, Determination, OpenStep, Proposal
from bangfu.office.casework.notice_models import PublicNotice
from bangfu.office.casework.notices import Published, notice_by_token, path_of
from bangfu.office.casework.queries import (
    case,
    cases,
    of_bureaus,
    of_household,
    reaches,
    steps_of_bureaus,
    waiting,
    waits_for_a_second,
)
from bangfu.office.casework.relocation import count_moving, relocate
from bangfu.office.casework.replaying import Replayed, replay
from bangfu.office.casework.showing import (
    actions_of,
    doable,
    matter_title,
    open_titles,
    roles_text,
    shown,
    title_of,
    tone_of,
)
from bangfu.office.casework.web.forms import ActForm, Visits

__all__ = [
    "CLOSED",
    "ActForm",
    "AlreadyOpen",
    "Brought",
    "Case",
    "CaseDocument",
    "CaseEvent",
    "Determination",
    "Move",
    "OpenStep",
    "Paper",
    "Part",
    "Proposal",
    "PublicNotice",
    "Published",
    "Replayed",
    "Visits",
    "act",
    "actions_of",
    "agenda",
    "appeal_procedures",
    "bar",
    "basis_of",
    "calendar",
    "case",
    "cases",
    "count_desk",
    "count_moving",
    "current",
    "doable",
    "events_of",
    "faces",
    "folded",
    "letter_paper",
    "matter_title",
    "move_desk",
    "notice_by_token",
    "object_publicly",
    "of_bureaus",
    "of_household",
    "open_case",
    "open_from_finding",
    "open_from_visit",
    "open_titles",
    "path_of",
    "pdf",
    "procedure_of",
    "reaches",
    "recover",
    "register_clue",
    "relative_filed",
    "relocate",
    "replay",
    "roles_text",
    "shown",
    "shown_day",
    "sign",
    "steps_of_bureaus",
    "title_of",
    "tone_of",
    "turn_down",
    "waiting",
    "waits_for_a_second",
]
