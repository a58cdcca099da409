"""Words for invented talks: countries, people, places, offices and what is talked about.

No country, person or place here is a real party to any talks that the corpus tells of.
"""

from __future__ import annotations


def listed(text: str, between: str = "|") -> tuple[str, ...]:
    return tuple(text.split(between))


# country | adjective | people | capital | seat of power
_COUNTRIES = """
Tarvia|Tarvian|Tarvians|Belgor|the Slate House
Morvenia|Morvenian|Morvenians|Castrin|the Linden Palace
Zandria|Zandrian|Zandrians|Talbor|the Amber House
Ostland|Ostlandic|Ostlanders|Haverund|the Old Arsenal
Kelmark|Kelmarkian|Kelmarkians|Nordby|the Granite Hall
Ruvania|Ruvanian|Ruvanians|Sorvik|the Copper Gate
Velostan|Velostani|Velostanis|Harbadan|the Blue Citadel
Qasmir|Qasmiri|Qasmiris|Dolhara|the Ivory Court
Illuria|Illurian|Illurians|Pescante|the Marble Stair
Arvonia|Arvonian|Arvonians|Luthmere|the Elm House
Drassia|Drassian|Drassians|Voldan|the Red Tower
Thessandra|Thessandran|Thessandrans|Port Callis|the Customs House
Norrack|Norrackian|Norrackians|Brenhold|the Iron Steps
Suvaria|Suvarian|Suvarians|Kemeny|the Cedar Hall
Makonda|Makondan|Makondans|Ubari|Palm Hill
Lesotria|Lesotrian|Lesotrians|Anzola|the White Veranda
Pelandor|Pelandorian|Pelandorians|Merrow|the Long Gallery
Yuvalia|Yuvalian|Yuvalians|Tesh|the Salt Palace
Kharuun|Kharuuni|Kharuunis|Ordobal|the Felt Court
Bascania|Bascanian|Bascanians|Erreti|the Chestnut House
Glendowa|Glendowan|Glendowans|Tarrick|Heron Lodge
Fenmark|Fenmarker|Fenmarkers|Oosterdam|the Tidal House
Sarmatine|Sarmatine|Sarmatines|Goroven|the Birch Palace
Ondovia|Ondovian|Ondovians|Zelin|the Clock House
Trevania|Trevanian|Trevanians|Corvale|the Silver Gate
Usmaria|Usmarian|Usmarians|Jelabad|the Rose Court
Nivara|Nivaran|Nivarans|Shantipor|the Lotus Hall
Caldera Verde|Calderan|Calderans|San Ovidio|the Yellow House
Borovia|Borovian|Borovians|Krasnik|the Old Mint
Lethmark|Lethmarkian|Lethmarkians|Aisgard|the Pine House
Hesperia|Hesperian|Hesperians|Vespora|the Harbour Palace
Andorvia|Andorvian|Andorvians|Montclare|the Swan House
Parthenia|Parthenian|Parthenians|Kallipos|the Olive Court
Wendland|Wendish|Wends|Lubnitz|the Oak Chamber
Mirania|Miranian|Miranians|Solay|the Glass Palace
Kordofia|Kordofian|Kordofians|Nuhalla|the Reed House
Estavar|Estavari|Estavaris|Brisal|the Stone Bridge
Vosgrad|Vosgradian|Vosgradians|Terem|the Bell Tower
Tulvaria|Tulvarian|Tulvarians|Plavna|the Walnut Palace
Ismarra|Ismarran|Ismarrans|Qadeen|the Lantern Court
Corrantia|Corrantian|Corrantians|Almadra|the Bronze Doors
Jorvania|Jorvanian|Jorvanians|Stennes|the Whale House
"""
COUNTRIES = tuple(tuple(line.split("|")) for line in _COUNTRIES.strip().splitlines())

# men's first names | women's first names | beginnings of surnames | their ends
_STYLES = """
Ilir Besnik Agron Dritan Fatos Luan|Teuta Mirela Drita
  |Hox Gjok Prend Shkod Lek Mark Zog|aj ani ollari eshi
Tomasz Zbigniew Kazimierz Witold Leszek Jerzy|Bożena Halina Jadwiga
  |Wroc Pelk Zarem Krus Mazan Tyl|ecki aniak czak ewicz orski
Radovan Bogdan Milorad Zdravko Stanko Ljubo|Vesna Milica Ružica
  |Petr Jelav Koval Stan Mark Vuk|ović čić enić ašin inec
Bertrand Thibault Lucien Aurélien Gaspard|Odile Mireille Solène
  |Mont Beau Char Vill Lar Cour|rival champ tier mont bonne
Leandro Ignacio Baltasar Evaristo Camilo|Pilar Rosario Inés
  |Quin Sal Vald Mont Arr Cebr|tero vatierra ivia eagudo ián
Torvald Eskil Gunnar Leif Halvard Sindre|Ragnhild Solveig Ingunn
  |Lind Hauge Berg Strand Nord Sol|kvist rud ström vik heim
Kwabena Kofi Ebo Yaw Nana Kojo|Abena Efua Adwoa
  |Ament Boat Ofos Asant Danqu Mens|o eng uah ewah ye
Tariq Faisal Nabil Ghassan Munir Idris|Samira Layla Huda
  |Khour Nass Had Bakh Sham Zaid|ari ouri ani assi iri
Rajan Suresh Devendra Mohan Anil Prakash|Lakshmi Sunita Meera
  |Venk Sub Chat Nar Bhat Mukh|araman ramani erjit ayan tacharya
Haruto Kenji Satoru Isamu Noboru|Akiko Michiko Sayuri
  |Fuji Naka Kuro Ishi Taka Mori|mura hashi zawa saki yama
Emre Orhan Selim Cem Tuncay Levent|Ayşe Zeynep Nilgün
  |Kara Demir Yıldı Ak Toprak|can soy bey er taş
Alasdair Fergus Hamish Callum Ewan|Morag Isla Catriona
  |Mac Kil Bal Inver Dun|kerrow bride loch dairn moran
Bartholomew Edmund Gilbert Rupert Lionel|Harriet Beatrice Cordelia
  |Ash Thorn Hart Black Win|combe wick field thorpe stead
Nikolaus Dietmar Ottokar Ruprecht Anselm|Liesl Hannelore Gudrun
  |Eis Hohen Stein Wald Grün|brenner bichler egger hofer taler
Matyas Zoltan Gellert Lorand Bence|Ilona Piroska Zsofia
  |Szab Kerek Vas Hor Nemes|olcsi es váry váth kúti
Tane Rangi Hemi Wiremu|Aroha Marama Ngaio
  |Te Rua Para Mata Whaka|rangi wai tere hine
Temur Baatar Otgon Ganzorig Jargal|Sarnai Oyun Tuya
  |Bold Erden Nara Dorj Gan|baatar suren gerel bayar
Costas Lefteris Stavros Panagis|Despina Eleni Chrysa
  |Papa Kara Mavro Xeno Hatzi|dakis poulos georgis nikolas lambros
Umberto Ettore Silvano Renzo Fabrizio|Loredana Ornella Graziella
  |Cas Bell Mont Tass Rossell|aldi incioni anari oni etti
Sipho Themba Lwazi Bongani|Nomsa Thandi Zanele
  |Mkhw Ndl Zung Mab Khum|anazi ovu u uza alo
"""
STYLES = tuple(
    tuple(tuple(part.split(" ")) for part in line.split("|"))
    for line in _STYLES.strip().replace("\n  ", "").splitlines()
)

CITY_STARTS = listed(
    "Bel|Cav|Dal|Far|Gan|Har|Kal|Lor|Mar|Nel|Or|Pel|Quer|Ros|Sel|Tor|Ul|Vesk|Wes|Yar|Zel|Bran"
)
CITY_ENDS = listed(
    "ava|burg|dova|enna|ford|gora|hild|inth|kand|leth|mouth|nitsa|ona|port|rath|stad|tova|une"
)
PALACE_NAMES = listed(
    "Marenholt|Larkspur|Sanvito|Aldermoor|Torrevieja|Belcanto|Rosendal|Kestrel|Ormonde"
    "|Vinaria|Sheherbad|Calantha|Wolkenstein|Tamarind|Esterel|Juniper|Halcyon|Monteverra"
    "|Saltash|Fontanel|Gülbahçe|Zámek|Quintal|Bellavance|Ravenna|Almeria|Dunmore|Karamay"
    "|Peregrine|Sturm"
)
PALACE_KINDS = ("Palace", "Palace", "Palace", "Castle", "Hall", "House", "Hotel", "Villa", "Manor")

OFFICES = listed(  # before a name
    "Defence Minister|Finance Minister|presidential adviser|presidential aide|Deputy Prime Minister"
    "|Justice Minister|Interior Minister|security adviser|special envoy|State Secretary"
    "|Ambassador|General|Admiral|Trade Minister|former speaker|Energy Minister|party chairman"
    "|Deputy Foreign Minister|chief of staff|Culture Minister|Senator|Professor|former judge"
)
POSTS = listed(  # what somebody "became" or "was"
    "culture minister|ambassador to the Pacific League|finance minister|head of the coast guard"
    "|rector of the naval academy|mayor of the capital|health minister|chief of the border troops"
    "|secretary of the security council|deputy foreign minister|head of the central bank"
    "|governor of the northern province|speaker of parliament|chief of the general staff"
    "|director of the customs service|minister of transport|commander of the river fleet"
    "|head of military intelligence|attorney general|minister for refugees"
)
QUOTES = listed(
    "theatrical|a puppet show|toothless|ornamental|unserious|a second team|amateurish|powerless"
    "|a group of tourists|laughable|window dressing|a delegation of clerks|a paper army"
    "|third-rate|an empty chair|a travelling circus|underpowered|hollow|make-believe"
    "|a mere façade"
)
PRAISES = listed(
    "constructive|patient|well prepared|courteous|professional|open-minded|honest"
    "|a serious partner|respectful|businesslike beyond expectation|remarkably frank"
)
PROPOSALS = listed(
    "an immediate truce of NUM days|a ceasefire at sea|a halt to air raids"
    "|a joint border commission|a buffer zone NUM kilometres wide|the release of all sailors"
    "|a ban on heavy artillery|an inspection of the dams|a hotline between the general staffs"
    "|a swap of the wounded|the reopening of the railway|a harvest truce|a moratorium on drilling"
    "|a neutral police force"
)
DEMANDS = listed(
    "the withdrawal of all troops from the river valley|the handover of the lighthouse islands"
    "|an apology for the shelling|recognition of the new border|the lifting of the fuel embargo"
    "|control over the mountain passes|guarantees for its minority"
    "|the closure of the radar station|compensation for the burnt harvest"
    "|the return of the museum collections|free passage through the strait|a ban on foreign bases"
    "|the disarming of the militias"
)
AGREED = listed(
    "to open a humanitarian corridor|to exchange lists of the missing"
    "|to clear the mines in the bay|to repair the power line together"
    "|to keep the border crossings open at weekends|to set up a joint fishing commission"
    "|to let the Red Crescent visit the camps|to restore the telephone link"
    "|to bring home all the seriously ill|to meet again in the autumn"
    "|to share water from the reservoir|to pull back the howitzers"
)
REASONS = listed(
    "a storm over the strait|a government crisis at home|the shelling of a hospital|an illness"
    "|the elections in the spring|a dispute over the agenda|a lack of interpreters"
    "|the arrest of two diplomats|an earthquake in the south|a strike of the air controllers"
    "|a leak of the draft|doubts about the guarantees|the death of the old king"
    "|a quarrel over the seating|missing passports|fears for the safety of the envoys"
)
MEANS = listed(
    "by telephone|in a letter|in a televised address|by video link|in writing|through an embassy"
    "|in a radio interview|over a secure line|in a note verbale|on social media"
    "|at a press conference|through a courier"
)
DOCUMENTS = listed(
    "a draft treaty|a memorandum|a list of missing children|a map of the minefields|a road map"
    "|a protocol on prisoners|a letter from the king|a dossier on the border incidents"
    "|a non-paper|a list of detained sailors|a counter-proposal|a catalogue of demands"
)
PAPERS = listed(
    "the Morning Ledger|the Harbour Post|the Evening Courier|the news agency Norpress"
    "|the weekly Kompass|the broadcaster Channel Nine|the Daily Beacon|the agency Interwire"
    "|the Provincial Gazette|the magazine Lantern|the portal Frontline Today|Radio Meridian"
)
LANGUAGES = listed("Old Coastal|Lower Valley|Esperanto|High Tarnish|Latin|Sabir|Interlingua")
FORBIDDEN_NUMBERS = frozenset(
    (2, 12, 25, 30, 40, 50, 78, 84, 146, 157, 185, 200, 300, 306, 339, 342, 359, 367, 400, 500, 539)
)
FORBIDDEN_YEARS = frozenset((2012, 2020, 2022, 2023, 2024, 2025, 2026))
