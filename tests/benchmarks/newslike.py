"""A seed -> sentences like those of news agencies, with planted copies and planted twins that say something else.

Nothing here knows corpus/: the words that flip a meaning were written down from the codebook and from news, not from
the guard's lists, and some of them no list can know.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

Words = list[tuple[str, str]]  # each word with its role in the sentence: "A" may be dropped, "P" turns it, ...

# ruff: noqa: SIM905 - words are easier to read and to add to without marks between them

COUNTRIES = """Russia Iran China Ukraine Israel Syria Turkey India Germany France Britain Japan Venezuela Belarus Cuba
Libya Yemen Myanmar Sudan Mali Serbia Poland Italy Spain Brazil Mexico Canada Egypt Iraq Lebanon Qatar Pakistan Vietnam
Kenya Nigeria Hungary Austria Greece Cyprus Malta""".split()
BODIES = [
    "the European Union", "the United Nations", "the Security Council", "the U.S. Treasury", "the White House",
    "the State Department", "the Kremlin", "the U.S. Commerce Department", "the Foreign Office", "the World Bank",
    "the Justice Department", "the central bank", "the ministry", "the government", "the parliament", "the court",
    "the commission",
]  # fmt: skip
NOUNS = """sanctions shipment tanker bank export import fuel crude oil gas missile weapon drone component chip aircraft
vessel port company trader network account asset fund ministry measure ban embargo licence waiver exemption price cap
agreement treaty talks deal meeting summit report document investigation panel inspector customs officer soldier militia
rebel border village town bridge refinery pipeline plant factory engine turbine software server bank loan payment
currency rouble debt budget economy market supplier buyer middleman broker insurer shipper fleet cargo container coal
grain steel gold diamond timber fertiliser fish textile seafood worker student diplomat ambassador envoy lawmaker
senator adviser prosecutor judge lawyer defendant executive director shareholder oligarch yacht villa""".split()
ADJECTIVES = """large small new long-awaited regional local senior foreign industrial maritime financial military
civilian technical commercial
strategic joint special modest huge secretive sweeping complex ageing modern northern coastal
broad urgent wealthy prominent obscure heavy remote private domestic annual quarterly""".split()
ADVERBS = """quietly swiftly formally again also recently reluctantly suddenly openly promptly effectively meanwhile
repeatedly publicly officially largely clearly gradually""".split()
VERBS = """shipped delivered inspected reviewed bought sold moved used built repaired financed insured discussed visited
published described examined received transferred operated purchased registered loaded photographed tracked mentioned
studied covered owned stored produced tested""".split()
POLARITY = """imposed/lifted extended/suspended violated/respected approved/rejected backed/opposed tightened/eased
condemned/praised breached/upheld froze/released banned/permitted evaded/obeyed supported/resisted renewed/cancelled
joined/left signed/vetoed accepted/refused halted/resumed convicted/acquitted strengthened/weakened granted/revoked
welcomed/criticised blocked/allowed""".split()
REPORTED = """denied/admitted confirmed/disputed acknowledged/rejected proved/alleged established/suspected
conceded/denied verified/questioned""".split()
MODALS = """will/may must/might could/will should/would may/must can/cannot might/will""".split()
DIRECTIONS = """rose/fell increased/decreased climbed/dropped grew/shrank jumped/plunged widened/narrowed""".split()
ADVERSE = "before/after over/under with/without for/against inside/outside despite/following".split()
# Meanings that turn on a word that is in no list of polarity words.
OTHER = """buyer/seller importer/exporter ally/rival civilian/military northern/southern legal/illegal winner/loser
creditor/debtor witness/suspect guilty/innocent public/secret temporary/permanent friend/enemy eastern/western
voluntary/forced mother/daughter employer/employee minority/majority victim/offender rouble/dollar refinery/hospital
crude/coal drone/tractor fighter/cargo tenant/landlord plaintiff/defendant army/navy""".split()
NUMBERED = "two/three four/six five/seven eight/nine ten/twelve twenty/thirty one/four dozen/hundred".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April June July August September October November December".split()
SAID = [
    "the ministry said", "officials said", "a spokesman said", "the company said", "the agency said",
    "the minister said", "people familiar with the matter said", "a court filing said",
    "two diplomats said", "investigators said",
]  # fmt: skip
SAID_MORE = [
    " in a statement", " in a statement to reporters", " at a briefing", " in an interview", " late in the day",
]  # fmt: skip
PATTERNS = [
    "C P A N on C2 N", "B P the A N of N and N", "C M P0 the N despite A N from C2", "K V X N to C2 through A N",
    "B R that K V N worth Q to C2", "N of A N D by Q from last year", "C E the N V Q N in T",
    "P1 R that he V the A N of K",
    "B V Q N and Q A N on Y", "K and C2 G the A N about X N", "the X N of K was G a A N in T",
    "the A N that C sent to C2 was G V by B", "B P the N H C2 in T", "K M P0 the A N with Q N",
    "N of X N in C D Q on Y",
    "P1 of C R that K2 V the N to X N", "more than Q N were V by C2 H the A N", "the N between C and C2 D Q in T",
    "B fined K Q over A N with C2", "C2 V the X N and W P it in T", "an A N of K was V near C on Y H the N",
]  # fmt: skip
TAILS = [
    "", "", "", ", as A N V the N", " in a move that B V", " after the N of X N", ", in violation of U.N. sanctions",
    " for the first time since N", " in the wake of the A N", ", a step that P1 V", " as part of the A N of C",
    ", according to documents seen by N", " as the war in Ukraine goes on", " on Y", " in exchange for A N and N",
]  # fmt: skip
SYLLABLES = "ba ke li mo ru ta ve zi no sha dor gan pel mar tin kov sel bru hal den fir gos jan".split()


@dataclass(frozen=True)
class Planted:
    """A sentence: the family it comes from, what was done to the family's first ("" for the first), copy or twin."""

    family: int
    done: str
    copy: bool
    text: str


class Zipf:
    """Draws from a list, the n-th word 1/n as often as the first."""

    def __init__(self, words: Sequence[str]):
        self.words = words
        self.weights = list(accumulate(1 / n for n in range(1, len(words) + 1)))

    def draw(self, chance: random.Random) -> str:
        return chance.choices(self.words, cum_weights=self.weights)[0]


def made_up(chance: random.Random, number: int, ending: str = "") -> list[str]:
    """Words of three or four syllables that no language has, each once."""
    found = {"".join(chance.choices(SYLLABLES, k=chance.choice((3, 4)))) + ending: None for _ in range(3 * number)}
    return list(found)[:number]


class Writer:
    """Writes sentences from patterns; capital letters stand for kinds of words."""

    def __init__(self, chance: random.Random):
        self.chance = chance
        names = [word.capitalize() for word in made_up(chance, 6000)]
        self.kinds = {
            "C": Zipf(COUNTRIES), "B": Zipf(BODIES), "K": Zipf(names[:3000]), "1": Zipf(names[3000:]),
            "N": Zipf(NOUNS + made_up(chance, 6000, "s")), "A": Zipf(ADJECTIVES + made_up(chance, 2000, "al")),
            "V": Zipf(VERBS + made_up(chance, 600, "ed")), "G": Zipf(ADVERBS),
        }  # fmt: skip
        self.pairs = {
            letter: [pair.split("/") for pair in words]
            for letter, words in (("P", POLARITY), ("R", REPORTED), ("D", DIRECTIONS), ("M", MODALS), ("X", OTHER),
                                  ("H", ADVERSE))
        }  # fmt: skip

    def word(self, kind: str) -> Words:
        """One slot of a pattern, filled."""
        chance, letter = self.chance, kind[0]
        if kind == "P1":
            title = chance.choice(("Minister", "President", "Senator", "Mr."))
            return [(title, ""), (self.kinds["1"].draw(chance), "")]
        if letter in self.pairs and kind.rstrip("0") == letter:
            return [(chance.choice(chance.choice(self.pairs[letter])), letter)]
        if kind == "B":
            return [(word, "") for word in self.kinds["B"].draw(chance).split()]
        if letter in "CK" or kind in ("N", "V", "A", "G"):
            return [(self.kinds[letter].draw(chance), letter.replace("G", "A"))]
        return self.figure(kind)

    def figure(self, kind: str) -> Words:
        """A number, a month with its year, a day; or a plain word."""
        chance = self.chance
        if kind == "Q":
            amount = [(f"${chance.randint(11, 990) / 10}", "Q"), (chance.choice(("million", "billion")), "S")]
            thousands = f"{chance.randint(2, 9)},{chance.randint(100, 999)}"
            figures = [(thousands, "Q")], [(str(chance.randint(11, 400)), "Q")]
            percent = [(str(chance.randint(2, 98)), "Q"), ("percent", "")]
            word = [(chance.choice(chance.choice(NUMBERED).split("/")), "Q2")]
            return chance.choice((amount, *figures, percent, word))
        if kind == "T":
            return [(chance.choice(MONTHS), "T"), (str(chance.randint(2011, 2026)), "Q")]
        if kind == "Y":
            return [(chance.choice(DAYS), "T")]
        if kind == "W":
            return [(chance.choice(("later", "then", "soon")), "A")]
        if kind == "E":
            return [(chance.choice(("says", "writes", "argues")), "")]
        return [(kind, "")]

    def sentence(self) -> Words:
        """One sentence; a third of them name who said it."""
        pattern = self.chance.choice(PATTERNS) + self.chance.choice(TAILS).replace(",", " ,")
        words = [word for kind in pattern.split() for word in self.word(kind)]
        if self.chance.random() < 1 / 3:
            words += attribution(self.chance)
        return words


def attribution(chance: random.Random) -> Words:
    """A comma and who said it."""
    return [(",", "S1"), *((word, "S1") for word in chance.choice(SAID).split())]


def written(words: Words) -> str:
    """The words as a sentence."""
    text = " ".join(word for word, _ in words).replace(" ,", ",")
    return f"{text[0].upper()}{text[1:]}."


# What makes a copy.


def again(chance: random.Random, words: Words) -> str:
    return written(words)


def set_otherwise(chance: random.Random, words: Words) -> str:
    """Other quotes, case, spaces or end marks."""
    text = written(words)
    return chance.choice((
        f"“{text}”", text.upper(), text.replace(" ", "\u00a0", 2), text.removesuffix("."), f"{text[:-1]}!",
        text.replace(", ", " – "), f"'{text}'", text.replace(" ", "  ", 3), f"– {text}",
    ))  # fmt: skip


def more_words(chance: random.Random, words: Words) -> str:
    """One or two words that change nothing, before what may carry a word."""
    words = list(words)
    for _ in range(chance.choice((1, 2))):
        places = [at for at, (_, role) in enumerate(words) if role in ("N", "V", "A") and at]
        at = chance.choice(places)
        extra = chance.choice(ADVERBS if words[at][1] == "V" else ADJECTIVES)
        words.insert(at, (extra, "A"))
    return written(words)


def fewer_words(chance: random.Random, words: Words) -> str:
    """One or two words fewer, of those that carry nothing."""
    words = list(words)
    for _ in range(chance.choice((1, 2))):
        places = [at for at, (_, role) in enumerate(words) if role == "A"]
        if places:
            del words[chance.choice(places)]
    return written(words)


def misspelt(chance: random.Random, words: Words) -> str:
    """One slip of the finger in a long word."""
    words = list(words)
    long = [at for at, (word, role) in enumerate(words) if role in ("N", "V", "A") and len(word) > 4]
    at = chance.choice(long or [0])
    word, cut = words[at][0], chance.randint(1, max(1, len(words[at][0]) - 2))
    slips = (word[:cut] + word[cut + 1 :], word[:cut] + word[cut] + word[cut:],
             word[:cut] + word[cut + 1 : cut + 2] + word[cut : cut + 1] + word[cut + 2 :])  # fmt: skip
    words[at] = (chance.choice(slips), words[at][1])
    return written(words)


def without_stops(chance: random.Random, words: Words) -> str:
    """U.S. is US, U.N. is UN."""
    return written(words).replace("U.S.", "US").replace("U.N.", "UN")


def said_otherwise(chance: random.Random, words: Words) -> str:
    """Who said it says where, too."""
    return written([*words, (chance.choice(SAID_MORE)[1:], "")])


def said_or_not(chance: random.Random, words: Words) -> str:
    """Somebody said it, or nobody did any more."""
    if words[-1][1] == "S1":
        return written([word for word in words if word[1] != "S1"])
    return written([*words, *attribution(chance)])


# What makes a twin that says something else.


def swapped(role: str, *pairs: str) -> Callable[[random.Random, Words], str]:
    """Put a word of a role in place of its opposite."""
    other: dict[str, str] = {}
    for one, two in (pair.split("/") for pair in pairs):
        other.setdefault(one, two)
        other.setdefault(two, one)

    def twin(chance: random.Random, words: Words) -> str:
        words = list(words)
        at = chance.choice([at for at, word in enumerate(words) if word[1] == role])
        words[at] = (other[words[at][0]], role)
        return written(words)

    return twin


def other_number(chance: random.Random, words: Words) -> str:
    words = list(words)
    at = chance.choice([at for at, word in enumerate(words) if word[1] == "Q"])
    figures = [place for place, sign in enumerate(words[at][0]) if sign.isdigit()]
    place = chance.choice(figures)
    digit = chance.choice([digit for digit in "123456789" if digit != words[at][0][place]])
    words[at] = (words[at][0][:place] + digit + words[at][0][place + 1 :], "Q")
    return written(words)


def other_name(role: str, names: Sequence[str]) -> Callable[[random.Random, Words], str]:
    """Put another name in place of one."""

    def twin(chance: random.Random, words: Words) -> str:
        words = list(words)
        at = chance.choice([at for at, word in enumerate(words) if word[1] == role])
        words[at] = (chance.choice([name for name in names if name != words[at][0]]), role)
        return written(words)

    return twin


def other_order(chance: random.Random, words: Words) -> str:
    """The first two countries change places."""
    words = list(words)
    one, two = [at for at, word in enumerate(words) if word[1] == "C"][:2]
    words[one], words[two] = words[two], words[one]
    return written(words)


def negated(chance: random.Random, words: Words) -> str:
    """A not, a never, a refusal, before the verb."""
    words = list(words)
    at = chance.choice([at for at, word in enumerate(words) if word[1] in ("V", "P")])
    words.insert(at, (chance.choice(("never", "did not", "failed to", "no longer", "hardly")), ""))
    return written(words)


def hedged(chance: random.Random, words: Words) -> str:
    """A word that takes the certainty away."""
    words = list(words)
    at = chance.choice([at for at, word in enumerate(words) if word[1] in ("V", "P")])
    words.insert(at, (chance.choice(("allegedly", "reportedly", "nearly", "supposedly", "falsely", "possibly")), ""))
    return written(words)


def turned(chance: random.Random, words: Words) -> str:
    """A word that takes the truth out of what was said, and that no list of such words is likely to have."""
    words = list(words)
    at = chance.choice([at for at, word in enumerate(words) if word[1] == "N"])
    words.insert(at, (chance.choice(("sham", "would-be", "imaginary", "mock", "scrapped", "toothless", "averted")), ""))
    return written(words)


Change = Callable[[random.Random, Words], str]
COPIES: dict[str, tuple[str, Change]] = {  # each with the roles of which the sentence must have one
    "same words": ("", again),
    "case, quotes, marks": ("", set_otherwise),
    "words put in": ("", more_words),
    "words left out": ("A", fewer_words),
    "misspelt": ("NVA", misspelt),
    "US for U.S.": ("", without_stops),
    "attribution reworded": ("S1", said_otherwise),
}
ATTRIBUTED: dict[str, tuple[str, Change]] = {"attribution put in or left out": ("", said_or_not)}
TWINS: dict[str, tuple[str, Change]] = {
    "digit": ("Q", other_number),
    "number word": ("Q2", swapped("Q2", *NUMBERED)),
    "million, billion": ("S", swapped("S", "million/billion")),
    "day or month": ("T", other_name("T", [*DAYS, *MONTHS])),
    "polarity verb": ("P", swapped("P", *POLARITY)),
    "reporting verb": ("R", swapped("R", *REPORTED)),
    "modal": ("M", swapped("M", *MODALS)),
    "direction": ("D", swapped("D", *DIRECTIONS)),
    "before, after, with, ...": ("H", swapped("H", *ADVERSE)),
    "negation": ("VP", negated),
    "hedge": ("VP", hedged),
    "country": ("C", other_name("C", COUNTRIES)),
    "company": ("K", other_name("K", [word.capitalize() for word in made_up(random.Random(7), 500)])),  # noqa: S311
    "countries swapped": ("CC", other_order),
    "some other word": ("X", swapped("X", *OTHER)),
}


UNKNOWABLE: dict[str, tuple[str, Change]] = {"some other word put in": ("N", turned)}


def fits(change: str, words: Words) -> bool:
    """Whether a sentence has what a change needs: "CC" is two countries, "NVA" any of three kinds."""
    roles = [role for _, role in words]
    if change == "CC":
        countries = [word for word, role in words if role == "C"][:2]
        return len(set(countries)) == 2
    return not change or (change in roles if change in ("S1", "Q2") else any(letter in roles for letter in change))


def plant(number: int, seed: int = 1, share: float = 0.1) -> list[Planted]:
    """So many sentences, family by family; a tenth of the families have one to four copies, a tenth as many twins."""
    chance = random.Random(seed)  # noqa: S311
    writer = Writer(chance)
    found: list[Planted] = []
    family = 0
    while len(found) < number:
        words, drawn = writer.sentence(), chance.random()
        found.append(Planted(family, "", True, written(words)))
        copies, twins = {**COPIES, **ATTRIBUTED}, {**TWINS, **UNKNOWABLE}
        kinds = copies if drawn < share else twins if drawn < 2 * share else {}
        for _ in range(chance.choice((1, 1, 1, 2, 4)) if kinds else 0):
            done = chance.choice([done for done, (needs, _) in kinds.items() if fits(needs, words)])
            text = kinds[done][1](chance, words)
            if text != found[-1].text or done == "same words":
                found.append(Planted(family, done, kinds is copies, text))
        family += 1
    return found[:number]
