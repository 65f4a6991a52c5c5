"""What a case worker does next on an assessment: computed from the rules' results and how facts are known."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ieum.casework.fact_names import FACT_NAMES, PAPER_NAMES, PAPER_OF_FACT
from ieum.casework.rules import Rule, RuleSet
from ieum_contracts.client_codes import Document
from ieum_contracts.eligibility import Action, Likelihood, NextAction, RuleAssessed

KEPT_MAX = 10_000
PREFIX = "circumstances."


def next_actions(
    rule_set: RuleSet,
    likelihood: Likelihood,
    assessed: Sequence[RuleAssessed],
    failed: Sequence[Rule],
    stated: tuple[str, ...],
) -> tuple[NextAction, ...]:
    """Return what to do next, the first thing first.

    Of what is likely: the papers for facts that are only stated, then the referral. Of what is unlikely:
    programmes to try where a rule that fails names one. Of what is open: facts to correct and to ask for;
    where no fact helps, the agency itself.
    """
    if likelihood is Likelihood.LIKELY:
        return _to_refer(rule_set.agency, rule_set.programme, stated)
    if likelihood is Likelihood.UNLIKELY:
        elsewhere = dict.fromkeys(name for each in failed for name in each.otherwise)
        return tuple(_try(rule_set.agency, name) for name in elsewhere) or (_ask_agency(rule_set),)
    missing = dict.fromkeys(item for each in assessed for item in each.missing)
    unclear = frozenset(item for each in assessed for item in each.unclear or ())
    return _to_learn(tuple(missing), unclear) or (_ask_agency(rule_set),)


@lru_cache(KEPT_MAX)
def _to_refer(agency: str, programme: str, stated: tuple[str, ...]) -> tuple[NextAction, ...]:
    papers = dict.fromkeys(PAPER_OF_FACT[name] for name in stated if name in PAPER_OF_FACT)
    return (*(_bring(paper, stated) for paper in papers), _refer(agency, programme))


@lru_cache(KEPT_MAX)
def _to_learn(missing: tuple[str, ...], unclear: frozenset[str]) -> tuple[NextAction, ...]:
    return tuple(_learn(missing, unclear))


def _learn(missing: tuple[str, ...], unclear: frozenset[str]) -> Iterator[NextAction]:
    for item in missing:
        name = item.removeprefix(PREFIX)
        ko, en = FACT_NAMES[name]
        paper = PAPER_OF_FACT.get(name)
        wrong = item in unclear
        yield NextAction(
            action=Action.CORRECT_FACT if wrong else Action.ASK_FACT,
            facts=(item,),
            paper=paper,
            explanation_ko=f"{ko}: {'바로잡으십시오.' if wrong else '확인하십시오.'}{_by_ko(paper)}",
            explanation_en=f"{'Correct' if wrong else 'Ask for'} the {en}{_by_en(paper)}.",
        )


def _by_ko(paper: Document | None) -> str:
    return "" if paper is None else f" {PAPER_NAMES[paper][0]}에 나옵니다."


def _by_en(paper: Document | None) -> str:
    return "" if paper is None else f"; the {PAPER_NAMES[paper][1]} tells it"


def _bring(paper: Document, stated: tuple[str, ...]) -> NextAction:
    ko, en = PAPER_NAMES[paper]
    return NextAction(
        action=Action.BRING_PAPER,
        facts=tuple(f"{PREFIX}{name}" for name in stated if PAPER_OF_FACT.get(name) is paper),
        paper=paper,
        explanation_ko=f"{ko}: 가져오도록 안내하십시오. 지금은 말로만 확인된 사실을 증명합니다.",
        explanation_en=f"Let the client bring the {en}: it proves what is only stated so far.",
    )


def _refer(agency: str, programme: str) -> NextAction:
    return NextAction(
        action=Action.REFER,
        agency=agency,
        programme=programme,
        explanation_ko="이 프로그램에 의뢰하십시오. 결정은 접수기관의 담당자가 합니다.",
        explanation_en="Refer to this programme; a person of the recipient decides.",
    )


def _ask_agency(rule_set: RuleSet) -> NextAction:
    return _asking(rule_set.agency, rule_set.programme)


@lru_cache(KEPT_MAX)
def _asking(agency: str, programme: str) -> NextAction:
    return NextAction(
        action=Action.ASK_AGENCY,
        agency=agency,
        programme=programme,
        explanation_ko="기관에 문의하십시오. 공개된 규칙만으로는 더 알 수 없어 담당자가 판단합니다.",
        explanation_en="Ask the agency: its rules say no more, and a person there decides.",
    )


@lru_cache(KEPT_MAX)
def _try(agency: str, name: str) -> NextAction:
    other, _, programme = name.rpartition("/")
    return NextAction(
        action=Action.TRY_PROGRAMME,
        agency=other or agency,
        programme=programme,
        explanation_ko="이 프로그램의 요건도 살펴보십시오.",
        explanation_en="See whether this programme is meant for the client.",
    )
