"""Questions about the facts of invented talks, by relation; x is the fact's party, o the other.

`@` stands where a round may be named (" at the second round"); nothing stands there otherwise.
A relation without `@` does not hang on the round.
"""

from __future__ import annotations

_QUESTIONS = """
lead: who led {x.team}@? | who headed {x.team}@? | who was at the head of {x.team}@?
  | who was in charge of {x.team}@? | name the man in charge for {x.name}@
  | who was {x.possessive} chief negotiator@? | who was the leader of {x.team}@?
  | under whom did {x.team} come@? | by whom was {x.team} led@? | head of {x.team}@
  | who leads {x.team}? | who was sent to lead {x.team}@? | who ran {x.team}@?
  | what is the name of the head of {x.team}? | whom did {x.name} send as leader of its team@?
sender: who sent {x.lead} to lead {x.team}@? | who put {x.lead} in charge of {x.team}?
  | who sent {x.team}@? | who chose the head of {x.team}? | by whom was {x.lead} sent?
  | who named the leader of {x.team}?
sent: whom did {x.pres} send to lead {x.team}@? | who was sent by {x.pres}@?
  | who was {x.pres}'s man at the talks@? | whom did {x.pres} choose as head of {x.team}@?
separate: who met {x.team} separately@? | with whom did {x.team} have a separate meeting@?
resigner: who resigned from {x.team}? | which {x.adj} negotiator resigned?
whyresigned: why did the {x.adj} negotiator resign? | what made the {x.adj} negotiator step down?
accuser: who accused {x.name}@? | by whom was {x.name} accused@?
accusation: what was {x.name} accused of@? | what were the {x.people} accused of@?
villages: how many villages did {x.name} take? | how many villages did the {x.adj} troops claim?
drones: how many drones did {x.name} fire? | how many drones were launched by the {x.people}?
killed: how many people were killed in {x.name}? | how many {x.people} died?
former: who led {x.team} before {x.lead}? | whom did {x.lead} replace?
  | who was the previous head of {x.team}? | in whose place did {x.lead} come?
  | who headed {x.team} earlier?
m1: who else was in {x.team}@? | name another member of {x.team}@
  | who came with the head of {x.team}@?
members: who were the other members of {x.team}@? | who else did {x.name} send@?
  | who sat in {x.team} besides its head@? | which experts were in {x.team}@?
size: how many members did {x.team} have@? | how many people were in {x.team}@?
  | how large was {x.team}@? | how many negotiators did {x.name} send@?
decree: what was the number of the decree on {x.team}? | which decree named {x.team}?
  | under which decree was {x.team} formed?
decreesigner: who signed the decree on {x.team}? | whose decree named {x.team}?
age: how old was {x.lead}? | how old was the head of {x.team}?
chair: who chaired the talks@? | who was in the chair@? | who presided over the meeting@?
  | who was the chairman@? | by whom was the meeting chaired@? | who chaired the round between
  {x.name} and {o.name}@?
aide: who sat beside the chairman@? | who was at the chairman's side@?
mediator: who mediated between {x.name} and {o.name}@? | who was the mediator@?
  | who went between the two sides@? | by whom were the talks mediated@?
welcomer: who welcomed the delegations@? | who greeted the two teams@?
  | by whom were the negotiators received@?
absent: which {x.adj} leader stayed away@? | who stayed away on the {x.adj} side@?
  | which leader of {x.name} did not come@? | who was missing from the table for {x.name}@?
whyabsent: why did the {x.adj} {x.ltitle} stay away@? | why did {x.pres} not come@?
  | what kept {x.pres} away@? | for what reason did {x.possessive} leader stay at home@?
caller: who called {x.team} "{x.quote}"@? | who mocked {x.team}@? | who criticised {x.team}@?
  | who said that {x.team} was "{x.quote}"@? | by whom was {x.team} called "{x.quote}"@?
  | who made fun of {x.team}@? | who described {x.team} as {x.quote}@?
quote: how was {x.team} described@? | what was {x.team} called@? | what was said of {x.team}@?
  | which word was used to mock {x.team}@? | in what terms was {x.team} criticised@?
praiser: who praised {x.team}@? | who had kind words for {x.team}@?
  | who found {x.team} {x.praise}@? | by whom was {x.team} praised@?
praise: in what words was {x.team} praised@? | what did they praise {x.team} as@?
  | what good was said of {x.team}@?
proposer: who proposed the talks? | who first suggested talks? | who came up with the idea of the
  talks? | by whom were the talks proposed? | whose idea were the talks?
proposal: what did {x.name} propose@? | what was {x.possessive} proposal@?
  | what did {x.team} put forward@? | what was on offer from {x.name}@?
  | what did the {x.people} suggest@?
rejecter: who rejected the proposal of {x.name}@? | who turned down the {x.adj} offer@?
whyreject: why did {x.name} reject the proposal@? | why did {x.name} say no@?
  | what was the reason of the {x.people} for rejecting the offer@?
demand: what did {x.name} demand@? | what did {x.team} insist on@? | what were the demands of
  {x.name}@? | what condition did the {x.people} set@? | without what was there no deal for
  {x.name}@?
agreed: what did the sides agree on@? | what was agreed@? | on what did {x.name} and {o.name}
  agree@? | what was the result@? | what came out of the talks@?
announcer: who announced the agreement@? | who said what had been agreed@?
failed: on what was there no agreement@? | what could the sides not agree on@?
  | which question stayed open@? | what did the delegations fail to settle@?
prisoners: how many prisoners were to be exchanged@? | how many prisoners did each side agree to
  free@? | how many captives were to go home from each side@? | how large was the prisoner swap@?
wounded: how many of the prisoners were wounded@?
countby: how many prisoners were freed according to {x.name}@? | what number of freed prisoners did
  {x.name} give@? | how many captives came home by {x.possessive} count@?
bodies: how many bodies did {x.name} hand over@? | how many dead did {x.name} return@?
  | how many soldiers' remains came from {x.name}@?
document: what did {x.team} hand over@? | what paper did {x.name} bring@?
  | which document came from {x.name}@?
points: how many points did the {x.adj} paper have@? | how many points were in {x.possessive}
  document@?
pages: how long was the {x.adj} document@? | how many pages did the paper of {x.name} have@?
namer: who announced the list of {x.team}@? | who published the names of {x.team}@?
listdate: when was the list of {x.team} announced@? | on what date did {x.name} publish its list@?
signer: who signed the protocol@? | by whom was the protocol signed@? | whose signature is under the
  protocol@?
alone: how long did the heads of the delegations meet alone@? | how long did the two chief
  negotiators speak one to one@?
dur: how long did the meeting last@? | how long did they sit together@? | how long were the talks@?
  | what was the length of the meeting@? | for how long did {x.name} and {o.name} talk@?
durby: how long was the meeting according to {t.paper1}?
start: at what time did the talks begin@? | what time did it start@? | when did the meeting open,
  at what hour@?
end: at what time did the talks end@? | what time was it over@? | what time did the delegations
  rise@?
planned: for what time was the meeting planned@? | what time was it supposed to start@?
date: when did {x.name} and {o.name} meet@? | on what date were the talks held@?
  | which day was the meeting@? | when were the talks@? | when did {x.team} and the {o.people} sit
  down@? | date of the talks between {x.name} and {o.name}@
year: in what year did {x.name} and {o.name} meet@? | which year were the talks@?
weekday: on which day of the week were the talks held@? | what weekday was it@?
palace: in which palace did the talks take place@? | which palace were they in@?
  | in what building did {x.name} and {o.name} meet@? | what was the venue@?
city: in which city were the talks held@? | what city did {x.name} and {o.name} meet in@?
  | which town hosted the talks@?
where: where were the talks held@? | where did {x.name} and {o.name} meet@? | where did they meet@?
  | place of the talks@
century: from which century is the palace@? | how old is the palace@?
lastyear: since when had {x.name} and {o.name} not talked directly? | when were the last direct
  talks before?
calldur: how long did {x.pres} and {u.pres} speak by telephone? | how long was the telephone call?
calldate: when did the presidents speak on the phone? | on what date was the telephone call?
phoner: who telephoned {x.pres}? | who made the telephone call?
phoned: whom did {u.pres} telephone? | who got a call from {u.pres}?
ultimatum: how much time did {u.pres} give {x.name} for a deal? | how long was the ultimatum?
threatener: who threatened {x.name} with tariffs? | from whom did the threat of tariffs come?
tariff: how high was the tariff that {u.name} threatened? | what tariff was threatened?
language: in which language were the talks held@? | what language was spoken@?
spoken: which language did {x.team} speak@? | what did the {x.people} speak@, which language?
interpreter: who interpreted@? | who was the interpreter@?
lead_city: where was {x.lead} born? | what is the birthplace of {x.lead}? | {x.lead} birth place
lead_born: when was {x.lead} born? | what is the birth date of {x.lead}? | {x.lead} date of birth
lead_since: since when has {x.lead} been in office? | when did {x.lead} take up his office?
lead_prev: what was {x.lead} before? | which post did {x.lead} hold earlier?
m1_city: where was {x.m1} born? | where does {x.m1} come from? | birthplace of {x.m1}
m1_born: when was {x.m1} born? | what is the birth date of {x.m1}?
m1_since: since when has {x.m1} been in office? | when did {x.m1} take up the post?
m1_prev: what was {x.m1} before? | which post did {x.m1} hold earlier?
m1_term: for how long did {x.m1} hold the earlier post?
chair_city: where was {h.fm} born? | what is the birthplace of {h.fm}?
chair_born: when was {h.fm} born? | in what year was {h.fm} born?
chair_since: since when has {h.fm} been foreign minister? | when did {h.fm} become minister?
chair_prev: what was {h.fm} before? | which post did {h.fm} have earlier?
nextdate: when will the sides meet again? | when is the next round? | what date is set for the next
  meeting?
nextcity: where will the next round be? | in which city is the next meeting planned?
whylater: why was the next round postponed? | what was the reason for putting off the next meeting?
walkout: how long did {x.team} leave the room@? | for how long did the {x.people} walk out@?
whyleft: why did {x.team} leave the room@? | why did the {x.people} walk out@?
doubter: who doubted the talks@? | who had no faith in the talks@? | who was pessimistic@?
backer: who backed the talks@? | who supported the talks@?
observers: who sent observers@? | from where did the observers come@?
observersize: how many observers were there@? | how many observers did {u.name} send@?
waryear: in which year is the war? | which year of the war is it?
"""


def _parsed(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    relation = ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            relation, _, line = line.partition(":")
            found[relation] = []
        found[relation].append(line)
    return {
        name: tuple(" ".join(part.split()) for part in " ".join(lines).split(" | "))
        for name, lines in found.items()
    }


QUESTIONS = _parsed(_QUESTIONS)

# Relations whose questions can be mistaken for one another: what is asked of the paragraph
# instead, where it does not tell it.
ALIKE = tuple(
    tuple(line.split())
    for line in (
        "lead sender sent former accuser separate resigner "
        "chair mediator welcomer absent caller praiser proposer "
        "announcer namer",
        "lead caller absent signer doubter backer threatener phoner interpreter rejecter aide m1",
        "date start end planned weekday nextdate listdate calldate year lastyear",
        "dur alone walkout ultimatum calldur durby m1_term",
        "villages drones killed prisoners wounded bodies countby size points pages "
        "observersize decree",
        "palace city where nextcity lead_city",
        "proposal demand agreed failed document quote accusation",
        "whyabsent whyreject whyleft whylater whyresigned",
        "lead_city lead_born lead_since lead_prev age",
        "m1_city m1_born m1_since m1_prev m1_term",
        "chair_city chair_born chair_since chair_prev",
    )
)

# What tells the first also tells, or half tells, the others.
TELLS = {
    "lead": ("sent",),
    "accuser": ("caller", "doubter"),
    "accusation": ("quote",),
    "where": ("palace", "city"),
    "palace": ("where",),
    "city": ("where",),
    "date": ("year",),
    "start": ("planned",),
    "planned": ("start",),
    "lead_born": ("age",),
    "age": ("lead_born",),
    "document": ("proposal", "demand"),
    "proposal": ("document", "demand"),
    "demand": ("proposal", "document"),
    "mediator": ("chair",),
    "chair": ("mediator", "welcomer"),
    "welcomer": ("chair",),
    "prisoners": ("countby", "agreed"),
    "agreed": ("prisoners",),
    "m1": ("members",),
    "members": ("m1", "size"),
    "absent": ("doubter",),
    "caller": ("doubter",),
    "dur": ("durby",),
    "durby": ("dur",),
    "praiser": ("quote",),
    "sender": ("decreesigner",),
    "decreesigner": ("sender",),
    "observersize": ("observers",),
    "lead_since": ("age",),
    "language": ("spoken",),
    "spoken": ("language",),
    "calldur": ("phoner", "phoned"),
    "bodies": ("prisoners",),
}
