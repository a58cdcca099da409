"""Words that turn a question about when one stands for the other."""

from __future__ import annotations

_OPPOSITES = """
first last; before after; largest smallest; biggest smallest; highest lowest; longest shortest;
oldest youngest; oldest newest; earliest latest; most least; more less; more fewer; best worst;
north south; northern southern; east west; eastern western; northeast southwest;
northwest southeast; left right; upper lower; top bottom; above below; inside outside; near far;
won lost; win lose; winner loser; victory defeat; won lost; gained lost; begin end; began ended;
start stop; started stopped; started finished; opened closed; open close; founded abolished;
created destroyed; built demolished; increase decrease; increased decreased; rise fall; rose fell;
grew shrank; raised lowered; added removed; joined left; enter leave; arrived departed;
born buried; birth death; married divorced; wife sister; husband brother; father son;
mother daughter; father mother; son daughter; brother sister; male female; men women; man woman;
boys girls; king queen; buy sell; bought sold; import export; imported exported; attack defend;
attacked defended; accept reject; accepted rejected; approved rejected; agreed refused;
agree disagree; support oppose; supported opposed; supporters opponents; allowed banned;
allowed forbidden; legal illegal; public private; national local; urban rural; modern ancient;
old new; early late; rich poor; strong weak; stronger weaker; strengths weaknesses; hot cold;
warm cold; light dark; black white; high low; higher lower; large small; larger smaller; big small;
long short; longer shorter; fast slow; faster slower; hard soft; heavy light; wide narrow;
deep shallow; young old; advantage disadvantage; advantages disadvantages; benefits drawbacks;
success failure; successful unsuccessful; succeeded failed; positive negative; common rare;
popular unpopular; maximum minimum; majority minority; major minor; primary secondary;
internal external; domestic foreign; direct indirect; permanent temporary; summer winter;
spring autumn; day night; morning evening; war peace; ally enemy; allies enemies; friend enemy;
teacher student; guilty innocent; alive dead; love hate; loved hated; easy difficult; cause prevent;
caused prevented; encouraged discouraged; protect harm; released withdrawn; appointed dismissed;
elected defeated; included excluded; expanded reduced; expand shrink; improved worsened;
always never; often rarely; same different; similar different; together separately; original final;
"""


def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    for pair in _OPPOSITES.replace("\n", " ").split(";"):
        if pair.strip():
            left, right = pair.split()
            table.setdefault(left, []).append(right)
            table.setdefault(right, []).append(left)
    return {word: tuple(dict.fromkeys(others)) for word, others in table.items()}


ANTONYMS = _table()
