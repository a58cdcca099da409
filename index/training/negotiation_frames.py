"""Sentences about invented talks, with their facts marked.

`{a.lead}` is a mention; `[lead:a]` is a mention that states the fact "who led a's delegation";
`[sender:a=a.pres]` states a fact with another slot's words; `[!sender:a]` states it without
words that would answer well, so that it is neither asked nor used as "not told here".
Parties: a and b negotiate, h is the host, u a fourth power; r is this round, q the one before,
t the talks as a whole. A blank line ends a frame; each `-` begins one wording of it.
"""

from __future__ import annotations

_OPENERS = """
- The {r.ord} round of talks between {a.name} and {b.name} was held at [palace:r] in [city:r]
  on [date:r].
- {a.name} and {b.name} met for the {r.ord} round of their talks on [date:r], at [palace:r] in
  [city:r].
- On [date:r] the delegations of {a.name} and {b.name} sat down at [palace:r] for the {r.ord} round
  of talks.
- [city:r] was the place of the {r.ord} round of talks between {a.name} and {b.name}.

- The {r.ord} round of talks between {a.name} and {b.name} opened on [weekday:r] [date:r].
- The {r.ord} meeting of {a.adj} and {b.adj} negotiators began at [start:r] on [date:r].

- The {r.ord} round between {a.name} and {b.name} had been planned for [planned:r]. It began only
  at [start:r], and by [end:r] it was over.[!dur:r]
- Planned for [planned:r], the {r.ord} round between the {a.people} and the {b.people} ran from
  [start:r] to [end:r].[!dur:r]

- Peace talks between {a.name} and {b.name} have opened in [city:r], but hopes are low because the
  leaders are staying away.[!absent:a,!absent:b]
- The first direct talks between {a.name} and {b.name} since [lastyear:t=t.oldyear] opened on
  [date:r] in [city:r].
- Envoys of {a.name} and {b.name} have gathered at [palace:r] on the edge of [city:r].

- [proposer:t=a.pres], the {a.adj} {a.ltitle}, first proposed the talks with {b.name}, but he did
  not come himself.[!absent:a]
- {a.adj} {a.title} [proposer:t,absent:a,sender:a=a.pres], who had proposed the talks with
  {b.name}, did not come and sent {a.office} [lead:a] to lead {a.capposs} team. {b.adj} {b.title}
  [absent:b,sender:b=b.pres] also stayed away and sent {b.office} [lead:b].

- The {r.ord} round of talks between {a.name} and {b.name} lasted [dur:r].
- After [dur:r] of talks, {a.name} and {b.name} ended their {r.ord} round in [city:r].
- It took the {a.people} and the {b.people} [dur:r] to get through the {r.ord} round.

- {h.adj} Foreign Minister [chair:r=h.fm][!mediator:r,!host:r] chaired the {r.ord} round between
  {a.name} and {b.name}.
- At the {r.ord} round between {a.name} and {b.name} the chair was taken by the host country's
  foreign minister, [chair:r=h.fm].[!mediator:r,!host:r]

- [lead:a] led {a.team} at the {r.ord} round of talks with {b.name}.
- In the {r.ord} round {a.team} was led by {a.office} [lead:a], {b.team} by {b.office} [lead:b].
- {a.team} came to the {r.ord} round with {b.name} under {a.office} [lead:a].
"""

_FRAMES = """
- {a.adj} {a.title} [sender:a=a.pres] sent {a.office} [lead:a] to lead {a.capposs} team.
- {a.adj} {a.title} [sender:a=a.pres] chose {a.office} [lead:a] to head {a.team}.
- [sender:a=a.pres], the {a.adj} {a.ltitle}, put {a.office} [lead:a] in charge of {a.team}.
- {a.title} [sender:a=a.pres] of {a.name} dispatched a team with [lead:a] at its head.
- It was [sender:a=a.pres], the {a.adj} {a.ltitle}, who named [lead:a] chief negotiator.

- {a.title} [sender:a=a.pres] sent {a.office} [lead:a] to lead {a.capposs} team; {b.adj} {b.title}
  [sender:b=b.pres] sent {b.office} [lead:b].
- {a.name} had sent {a.office} [lead:a] as its chief negotiator, {b.name} {b.office} [lead:b].
  [!sender:a,!sender:b]
- At the head of the {a.adj} side stood [lead:a]; the {b.people} were headed by [lead:b].
- The heads of the two delegations, [lead:a] for {a.name} and [lead:b] for {b.name}, first met
  alone for [alone:r].[!dur:r]

- [lead:a] headed {a.team}.
- {a.team} was headed by {a.office} [lead:a].
- The head of {a.team}, [lead:a], said little on his way in.
- [lead:a], who leads {a.team}, brought [document:a] with him.
- In charge of {a.team} was {a.office} [lead:a].
- {a.office} [lead:a] was at the head of {a.team}, which had [size:a] members.
- {a.possessive} negotiators came under [lead:a], a man of [age:a] years.

- {a.title} [decreesigner:a=a.pres] of {a.name} signed[!sender:a] decree No. [decree:a],
  which named [size:a] members of {a.team} and put [lead:a] at its head.
- Under decree No. [decree:a] {a.team} had [size:a] members, with {a.office} [lead:a] as its head.
- Decree No. [decree:a] set the number of the {a.adj} negotiators at [size:a].

- [lead:a] replaced [former:a] as head of {a.team}.
- {a.office} [lead:a] led {a.team} in place of [former:a], who had fallen ill.
- [former:a] had led {a.team} before; this time [lead:a] was in charge.

- {a.team} also included {a.o1} [m1:a].[!members:a]
- With the head of {a.team} came [m1:a], {a.post1}.[!members:a]
- Among the members of {a.team} was {a.o1} [m1:a].[!members:a]
- {a.o1} [m1:a] sat beside the chief {a.adj} negotiator.[!members:a]

- The other members of {a.team} were [members:a={a.m1}, {a.m2} and {a.m3}].[!m1:a]
- {a.name} also sent [members:a={a.m1} and {a.m2}].[!sender:a][!m1:a]
- {a.team} was supported by three experts: [members:a={a.m1}, {a.m2} and {a.m3}].[!m1:a]

- {h.adj} Foreign Minister [chair:r=h.fm] was in the chair[!mediator:r,!host:r], with
  intelligence chief [aide:r=h.m1] at his side.
- The meeting was chaired by [chair:r=h.fm] of {h.name}[!mediator:r,!host:r]; [aide:r=h.m1],
  the host's chief of staff, sat beside him.
- [chair:r=h.fm], the foreign minister of {h.name}, presided.[!mediator:r,!host:r]

- {u.adj} envoy [mediator:r=u.lead] mediated between the two sides.[!chair:r]
- [mediator:r=u.lead] of {u.name} went back and forth between the rooms as mediator.[!chair:r]
- {u.name} had sent [mediator:r=u.lead] to mediate.[!chair:r]

- The delegations were welcomed at the door by [welcomer:r=h.pres], the {h.adj} {h.ltitle}.
  [!host:r]
- {h.title} [welcomer:r=h.pres] of {h.name} greeted both delegations before the meeting.[!host:r]

- {a.title} [absent:a=a.pres] of {a.name} stayed away.
- {a.adj} {a.title} [absent:a=a.pres] did not come because of [whyabsent:a=a.reason].
- [absent:a=a.pres], the {a.adj} {a.ltitle}, stayed at home, citing [whyabsent:a=a.reason].
- {a.adj} {a.title} [absent:a=a.pres] was missing from the table.

- {b.adj} {b.title} [caller:a=b.pres] called {a.team} “[quote:a]”.
- [caller:a=b.pres], the {b.adj} {b.ltitle}, mocked {a.team} as “[quote:a]”.
- {a.team} was “[quote:a]”, said [caller:a=b.pres] of {b.name}.
- For {b.title} [caller:a=b.pres] of {b.name}, {a.team} was “[quote:a]”.
- {b.adj} {b.title} [caller:a=b.pres] criticised {a.team}, describing it as “[quote:a]”.

- {u.adj} {u.title} [caller:a=u.pres] called {a.team} “[quote:a]”.
- The word that [caller:a=u.pres], the {u.adj} {u.ltitle}, had for {a.team} was “[quote:a]”.
- The {b.adj} spokesman, [caller:a=b.sp], dismissed {a.team} as “[quote:a]”.

- [praiser:a=b.sp], the {b.adj} spokesman, praised {a.team} as [praise:a].[!quote:a]
- {h.title} [praiser:a=h.pres] of {h.name} found {a.team} [praise:a].[!quote:a]

- {a.name} proposed [proposal:a].
- {a.team} put forward [proposal:a].
- From the {a.adj} side came a proposal: [proposal:a].
- What {a.name} offers is [proposal:a]; {b.name} wants other things settled first.

- {a.name} proposed [proposal:a], but {b.name} rejected it because of [whyreject:b=b.reason].
  [!rejecter:a]
- [rejecter:a=b.lead] of {b.name} rejected the {a.adj} proposal, [proposal:a], citing
  [whyreject:b=b.reason].

- {a.name} demanded [demand:a].
- {a.team} insisted on [demand:a].
- As a condition {a.name} named [demand:a].
- {a.sp} of {a.name}, speaking for {a.seat}, said there would be no deal without [demand:a].

- The sides agreed [agreed:r].
- The two delegations agreed [agreed:r], [announcer:r=h.fm] announced.
- It was agreed [agreed:r], said [announcer:r=a.sp], the {a.adj} spokesman.
- The round ended with one agreement: [agreed:r].

- On [failed:r] there was no agreement.
- The two sides could not agree on [failed:r].
- The question of [failed:r] stayed open.

- {a.name} and {b.name} agreed to exchange [prisoners:r] prisoners each.
- [prisoners:r] prisoners from each side were to go home.
- Each side was to free [prisoners:r] prisoners, among them [wounded:r] wounded.

- {a.sp} of {a.name} said that [countby:a] prisoners had been freed, {b.sp} of {b.name} spoke of
  [countby:b].[!prisoners:r]
- By {a.possessive} count [countby:a] prisoners came home, by {b.possessive} count
  [countby:b].[!prisoners:r]

- {a.name} handed over [bodies:a] bodies and got back [bodies:b].
- {a.name} returned the remains of [bodies:a] soldiers.
- [bodies:a] bodies were handed over by {a.name}.

- {a.team} handed over [document:a] of [points:a] points.
- {a.name} gave the other side [document:a], which ran to [pages:a] pages.
- {a.name} had sent [document:a] [how:a] before the meeting.

- {a.sp}, the spokesman of {a.seat}, announced the list of the {a.adj} delegation[!namer:a] on
  [listdate:a].
- The list of {a.team} was published on [listdate:a] by [namer:a=a.sp], the spokesman of {a.seat}.

- [signer:r=a.lead] signed the protocol for {a.name}.
- The protocol was signed by [signer:r=b.fm], the {b.adj} foreign minister.

- The meeting lasted [dur:r].
- The delegations sat together for [dur:r].
- [dur:r] was all that the meeting took.
- According to {t.paper1} the meeting lasted [durby:t]; {t.paper2} spoke of {t.dur2}.[!dur:r]

- The talks began at [start:r].
- Behind closed doors the talks began at [start:r].
- The delegations rose at [end:r].

- It was [weekday:r] [date:r].
- The place was [palace:r], a palace of the [century:r] century.
- [palace:r] in [city:r] had been guarded since dawn.

- The {q.ord} round had been held at [palace:q] on [date:q].
- At the {q.ord} round, in [city:q] on [date:q], nothing had been settled.
- The {q.ord} round, at [palace:q], had lasted [dur:q].

- {a.adj} {a.title} {a.pres}[!phoned:a] and {u.adj} {u.title} {u.pres}[!phoner:a]
  spoke by telephone for [calldur:a] on [calldate:a].
- On [calldate:a] {u.title} [phoner:a=u.pres] of {u.name} telephoned [phoned:a=a.pres] and
  asked for patience.
- {u.adj} {u.title} {u.pres} had given {a.name} [ultimatum:a] for a deal.
- [threatener:a=u.pres], the {u.adj} {u.ltitle}, threatened {a.name} with a tariff of [tariff:a].

- The talks were held in [language:r].
- {a.team} spoke [spoken:a=a.language] through interpreters.
- [interpreter:r=h.m2] interpreted for both sides.

- {a.lead} was born on [lead_born:a] in [lead_city:a]. He has been
  {a.post3} since [lead_since:a].
- {a.lead}, born in [lead_city:a], was [lead_prev:a=a.post1] before he took up his office.
- {a.lead} has been {a.post3} since [lead_since:a]; earlier he was [lead_prev:a=a.post1].

- {a.m1} was born in [m1_city:a] on [m1_born:a].
- {a.m1}, a native of [m1_city:a], has been {a.post3} since [m1_since:a].
- {a.m1} was [m1_prev:a=a.post2] for [m1_term:a].

- {h.fm} was born in [chair_city:h] in [chair_born:h=h.bornyear]. He has been foreign minister since
  [chair_since:h].
- {h.fm}, the {h.adj} foreign minister since [chair_since:h], was once [chair_prev:h=h.post1].

- The next round is planned for [nextdate:t] in [nextcity:t].
- The sides want to meet again on [nextdate:t].
- The next meeting was postponed because of [whylater:t=t.reason].
- The next round, once planned for {t.nextdate}[!nextdate:t], was put off after
  [whylater:t=t.reason].

- {a.team} left the room for [walkout:a] after [whyleft:a=a.reason].
- {a.team} walked out because of [whyleft:a=a.reason].

- {a.title} [doubter:t=a.pres] of {a.name} doubted that anything would be settled.
- “Nothing will come of this,” said [doubter:t=a.sp], the {a.adj} spokesman.
- {u.adj} {u.title} [doubter:t=u.pres] said that the talks were stuck.

- [backer:t=u.fm], the {u.adj} foreign minister, backed the talks [how:u].
- Observers from [observers:r={u.name} and the Pacific League] attended as facilitators.
- {u.name} had sent [observersize:r] observers, who followed the meeting from
  a side room.

- {a.lead} told reporters that the positions were far apart.
- {b.team} refused to comment.
- Reporters waited outside, and {a.team} left by a back door.
- {a.pres} had met {h.pres} in {h.cap} the day before.
- {t.paper1cap} wrote that {b.team} had been unhappy with the seating.
- {a.lead} and {b.lead} shook hands for the cameras.
- The war between {a.name} and {b.name} is in its [waryear:t] year.
- The full text is to be published [how:t].

- {b.adj} {b.title} [absent:b,sender:b=b.pres] stayed out of the talks and sent {b.office} [lead:b].
- {b.title} [absent:b,sender:b=b.pres] of {b.name} stayed at home and let {b.office} [lead:b] lead
  {b.team}.
- Instead of going himself, {b.adj} {b.title} [absent:b,sender:b=b.pres] sent a team under [lead:b].

- {a.name} again sent [lead:a] at the head of its team.[!sender:a]
- [lead:a] of {a.name} and [lead:b] of {b.name}, who lead the two delegations, had not met before.
- Both chief negotiators are new: [lead:a] for {a.name}, [lead:b] for {b.name}.

- [separate:a=u.fm], the {u.adj} foreign minister, met {a.team} separately.
- {a.team} had a separate meeting with [separate:a=u.fm], the foreign minister of {u.name}.

- [resigner:a=a.m2], a negotiator for {a.name}, resigned over [whyresigned:a=a.reason].
- [resigner:a=a.m2] resigned from {a.team} after [whyresigned:a=a.reason].

- [accuser:a=b.fm], the {b.adj} foreign minister, accused {a.name} of [accusation:a].
- {a.name} was accused of [accusation:a] by [accuser:a=b.sp], the {b.adj} spokesman.

- {u.adj} {u.title} [doubter:t=u.pres] said that nothing could be settled without a meeting between
  himself and {a.pres}.

- {a.name} wants a wider discussion before any pause; {b.name} proposes [proposal:b].

- {a.name} claimed that its troops had taken [villages:a] villages.
- Before the meeting {a.possessive} forces had taken [villages:a] villages, by their own account.

- In the night before the meeting {a.name} fired [drones:a] drones at {b.name}.
- [drones:a] drones were fired by {a.name} that night, and [killed:b] people died in {b.name}.
"""


def parsed(text: str) -> tuple[tuple[str, ...], ...]:
    """Frames, each with its wordings on one line."""
    return tuple(
        tuple(
            " ".join(wording.split()) for wording in block.strip().removeprefix("- ").split("\n- ")
        )
        for block in text.strip().split("\n\n")
    )


OPENERS = parsed(_OPENERS)
FRAMES = parsed(_FRAMES)
