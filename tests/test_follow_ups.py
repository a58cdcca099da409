import pytest

from index.follow_ups import standalone


@pytest.mark.parametrize(
    ("question", "before", "meant"),
    [
        ("And Ukraine's?", "Who led Russia's delegation?", "Who led Ukraine's delegation?"),
        ("what about the third round?", "When was the first round?", "When was the third round?"),
        ("and Umerov?", "Where was Vladimir Medinsky born?", "Where was Umerov born?"),
        ("when was he born?", "Who is Medinsky, really?", "when was he born (Medinsky)?"),
        ("and what about Umerov?", "Where was Vladimir Medinsky born?", "Where was Umerov born?"),
        ("who said that?", "Did Medinsky refuse?", "who said that (Medinsky)?"),
        ("and for russia?", "who attended for ukraine", "who attended for russia"),
        ("and for Ukraine?", "Who led Russia's delegation?", "Who led Ukraine's delegation?"),
        ("and in July?", "How many came in May for talks?", "How many came in July for talks?"),
        ("and in 2022?", "who led the ukrainian team?", "who led the ukrainian team in 2022?"),
        ("the second?", "Where were the talks held?", "the second?"),
        (
            "and in the second round?",
            "Where were the talks held?",
            "Where were the talks held in the second round?",
        ),
        (
            "what about the third round?",
            "Who led Russia's delegation?",
            "Who led Russia's delegation in the third round?",
        ),
        ("and ukraine?", "What did Russia demand?", "What did Ukraine demand?"),
        ("and for ukraine?", "What did Russia ask for?", "What did Ukraine ask for?"),
        ("and ukraines?", "Who led Russia's team?", "Who led Ukraines team?"),
        ("and in July?", "How many came on 16 May 2025?", "How many came in July?"),
        ("and in London?", "Who met in Istanbul for Ukraine?", "Who met in London for Ukraine?"),
        ("ok", "Who led Russia's team?", "ok"),
        ("where was it?", "Who chaired the second round?", "where was it (second round)?"),
        (
            "How many left on 2 June? Did they?",
            "Who is Umerov?",
            "How many left on 2 June? Did they?",
        ),
        ("Who chaired the talks?", "Who led Russia's team?", "Who chaired the talks?"),
        (
            "Who said that Ukraine refused the offer?",
            "Who is Vladimir Medinsky, really?",
            "Who said that Ukraine refused the offer?",
        ),
    ],
)
def test_follow_ups_put_into_words(question: str, before: str, meant: str) -> None:
    assert standalone(question, [before]) == meant


def test_a_follow_up_may_follow_a_follow_up() -> None:
    asked = ["Who led Russia's team in the first round?", "and Ukraine's?"]
    assert (
        standalone("and in the third round?", asked) == "Who led Ukraine's team in the third round?"
    )
