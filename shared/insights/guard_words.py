"""Words that say something: numbers, money, and which way a figure went, in English, Swahili and Sheng."""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


NUMBERS = _any(
    "zero|nil|nought|naught|ones?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)t(?:y|ies|ieth)",
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth",
    r"hundred(?:s|th)?|thousand(?:s|th)?|(?:m|b|tr|z)illion(?:s|th)?|mn|bn|tn|lakhs?|crores?|grand|k",
    r"half|halves|halv(?:ed|ing)|quarters?|quadrupl\w*|quintupl\w*|thirds|tripl\w*|treble[sd]?|doubl\w*|dual",
    r"twofold|\w+fold|once|twice|thrice|dozens?|couples?|pairs?|both|single|times|tens|scores|multipl\w*",
    "minus|plus|negative|positive|divided|point|decimal",
    r"(?!pamoja\b)\w{0,4}moja|\w{0,3}(?:wili|tatu|nne|tano|nane)|sita|saba|tisa|kumi|mbili|ishirini",
    "thelathini|arob[ao]ini|hamsini|sitini|sabini|themanini|tisini|mia|mamia|elfu|maelfu|laki|malaki",
    r"m(?:i|a)lioni|m(?:i|a)milioni|bilioni|mabilioni|trilioni|nusu|robo|theluthi|thuluthi|s[iu]furi",
    "dazeni|jozi|mara|maradufu|kasoro|hasi|pointi",
    "thao|tenga|ngiri|finje|chwani|ashu|punch|soo|kinde|jill|mbao",
)
"""``mara`` (times) is among them: no sentence that a model words needs it."""
MONEY = _any(
    r"kes|ksh\w*|kshs|shillings?|shilingi|bobs?|cents?|senti|usd|eur|gbp|ugx|tzs|dollars?|dola|euros?",
    "pounds?|pauni|currency|percent(?:age)?s?|per cent|pct|asilimia|basis",
)
TIME = _any(
    "today|yesterday|tomorrow|tonight|days?|daily|weeks?|weekly|months?|monthly|years?|yearly|annual\\w*",
    "hours?|minutes?|weekends?|decades?|recent\\w*|(?:mon|tues|wednes|thurs|fri|satur|sun)day\\w*",
    "january|february|march|april|may|june|july|august|september|october|november|december",
    "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|easter|christmas",
    "leo|jana|juzi|kesho|siku|wiki|mwezi|miezi|mwaka|miaka|saa|jumatatu|jumanne|jumatano|alhamisi|ijumaa",
    "jumamosi|jumapili|januari|februari|machi|aprili|mei|juni|julai|agosti|septemba|oktoba|novemba|desemba",
)
NEGATION = _any(
    r"not?|never|none|nothing|nobody|neither|nor|without|cannot|\w+n['’]t|fail\w*|hardly|barely|lack\w*",
    r"false\w*|wrong\w*|untrue|unpaid|denied|except|yet",
    r"hakuna|hapana|bila|wala|si|sio|siyo|hamna|kosa|kukosa",
    r"ha(?:i|u|zi|wa|tu|m|ya|ku|li|ki|ja|pa)\w{3,}|hu(?:ku|ja|ta)\w{3,}|si(?:ku|ja|ta)\w{3,}",
)
GUESSES = _any(
    "about|approximately|approx|around|roughly|nearly|almost|circa|some|perhaps|maybe|might|probably|likely",
    "estimat\\w*|at least|at most|up to|close to|upwards|just under|just over|exactly|only|barely|merely",
    "takriban|karibu|kama|labda|huenda|pengine|angalau|hadi|tu|kadiri\\w*|kadirio",
)
FUTURE = _any(
    "will|would|shall|could|expect\\w*|forecast\\w*|predict\\w*|project(?:ed|ion\\w*)|soon|next|upcoming",
    "going to|plan\\w*|target\\w*",
    r"ijayo|zijazo|\w*tarajiw\w*|(?:u|ni|tu|wa|i|zi|ya|m|a|li|ki)ta(?:po|tu|pa|in|to|li|ku|ba|pu|on)\w+",
)
ORDERS = _any(
    "should|must|ought|need to|needs to|have to|recommend\\w*|advis\\w*|suggest\\w*|consider|invest\\w*|try",
    "please|send|transfer\\w*|click|visit|call|dial|whatsapp|password|pin|otp|key|system|prompt|instructions?",
    "ignore|assistant|model|login|account number|refund\\w*|lend|borrow|loan\\w*|bonus|profit\\w*|loss\\w*",
    "fraud\\w*|theft|stolen|stole|bankrupt\\w*|insolven\\w*|tax\\w*|vat|kra|audit\\w*|illegal\\w*",
    r"lazima|unapaswa|inabidi|unafaa|tafadhali|tuma|bofya|piga|bonyeza|nenosiri|siri|wekeza\w*|kopa|mkopo",
    r"faida|hasara|ushuru|kodi|wizi|iba|\w*ibiwa|puuza|maagizo|filisi\w*",
)
DEBTS = _any(
    r"(?:you|we|i)(?: (?:still|also|now))? ow(?:e|ed)|you are owing|your (?:\w+ )?debts?",
    r"unadaiwa|mnadaiwa|tunadaiwa|ninadaiwa|(?:deni|madeni) (?:lako|yako|letu|yetu)",
    r"over ?due|late|lateness|default\w*|bad debt\w*|\w*chelew\w*",
)
"""Debts of the business itself, or debts that are late: neither is said by any of these sentences."""

_EARLIER = (
    r"before|earlier|previous\w*|prior|last|formerly|past|kabla|awali|\w*tangulia|iliyopita|kilichopita"
    r"|zamani"
)
CLASSES: dict[str, re.Pattern[str]] = {
    "up": _any(
        "rose|rises?|risen|rising|up|upward\\w*|higher|grew|grown?s?|growing|growth|increas\\w*|gain\\w*|climb\\w*",
        r"jump\w*|improv\w*|more|above|better|exceed\w*|surpass\w*|soar\w*|surg\w*|boost\w*|expand\w*|ahead",
        r"topp?(?:s|ed)|greater|\w*ongez\w*|\w*panda|\w*zid[iu]\w*|juu|zaidi|\w*imarika",
        "(?:ime|ume|yame|zime|ku|ili|yali)kua",
    ),
    "down": _any(
        r"fell|falls?|falling|fallen|drop\w*|down|downward\w*|lower\w*|less\w*|few\w*|decreas\w*|declin\w*|reduc\w*",
        r"shr[aiu]nk\w*|lost|lose\w*|below|under|worse\w*|dip\w*|slid\w*|slump\w*|sank|sink\w*|cut|contract\w*",
        r"smaller|behind|short of|\w*pungu\w*|\w*shuk\w*|chini|\w*poromok\w*|\w*teremk\w*|\w*anguk\w*|kidogo",
        r"duni|ndogo",
    ),
    "same": _any("same|equal\\w*|unchanged|flat|steady|stable|constant|matched|sawa|\\w*badilik[ai]"),
    "over": _any(
        r"over(?! (?:the )?\|w)|overs(?:pent|pend\w*)|exceed\w*|beyond|past|\w*zid[iu]\w*|\w*pita\b"
    ),
    "left": _any(
        r"left(?: over)?|leav\w*|remain\w*|spare|within|(?:under|below) (?:the |your )?budget",
        r"kept|\w*bak[iu]\w*|\w*salia\w*|ndani ya",
    ),
    "surplus": _any(
        "surplus|left(?: over)?|leaving|remain\\w*",
        r"more (?:money )?(?:came|coming|was received|flowed) in(?: than (?:went|flowed) out)?|more came",
        r"zilizoingia (?:zime|zili)zidi(?: zilizotoka)?|\w*bak[iu]\w*|ziada",
    ),
    "deficit": _any(
        r"deficit|shortfall|short|gap",
        r"more (?:money )?(?:went|going|was spent|flowed) out(?: than (?:came|flowed) in)?|more went",
        r"zilizotoka (?:zime|zili)zidi(?: zilizoingia)?|upungufu|nakisi",
    ),
    "most": _any(
        r"most|largest|biggest|highest|greatest|top|leading|peak|maximum|main|best|chief|biggest share",
        r"\w{0,2}kubwa(?: zaidi)?|(?:ny|w|m)ingi(?: zaidi)?|juu(?: kabisa| zaidi)",
        r"kuu|(?:ame|wame|ali)lip[aiu]\w* zaidi|zaidi ya wote|kuliko wote|sana",
    ),
    "least": _any(
        r"least|smallest|lowest|minimum|fewest|chini (?:kabisa|zaidi)|(?:n|ki|m|ma)?dogo(?: zaidi| kabisa)"
    ),
    "good": _any(
        r"good|healthy|well|strong\w*|great|excellent|sound|thriving|\w*zuri|imara|bora|nzuri",
    ),
    "fair": _any(r"fair(?:ly)?(?: (?:well|good|healthy))?|average|moderate\w*|middling|okay|decent|wastani"),
    "poor": _any(
        r"poor\w*|weak\w*|needs? (?:your |some |urgent )?attention|unhealthy|bad\w*|struggl\w*|critical",
        r"unwell|trouble\w*|\w*baya|dhaifu|(?:inahitaji )?uangalizi|taabani",
    ),
    "owing": _any(r"ow(?:e|es|ed|ing)|outstanding|debts?|due|receivables?|deni|madeni|\w*daiwa|\w*dai"),
    "stated": _any(r"balances?|stated|recorded|reported|salio|masalio|\w*tajwa|\w*rekodiwa"),
    "in": _any(
        r"receiv\w*|receipts|earn\w*|income|revenue|sales|sold|takings|came in|com(?:es?|ing) in|inflows?",
        r"collect\w*|brought in|money in|got|\w*poke[aw]\w*|\w*pokel\w*|mapato|\w*ingi[az]\w*|mauzo",
        r"\w*uza|\w*uzw\w*|\w*pata",
    ),
    "out": _any(
        r"spen[dt]\w*|costs?|costing|expenses?|expenditures?|outgoings?|w[eo]nt out|go(?:es|ing)? out",
        r"outflows?|paid out|money out|outlay\w*|bills?|matumizi|\w*tumi[akw]\w*|gharama",
        r"(?:zi|i|ya)(?:li|lizo|me|na|liyo)toka",
    ),
    "now": _any("now|currently|this|current|sasa|hiki|hii|hivi"),
    "scored": _any("scores?|scored|health|alama|afya"),
    "paid": _any(r"pa(?:y|ys|id|ying)|settled|\w*lip[aeiu]\w*"),
    "earlier": _any(_EARLIER),
    "then": _any(_EARLIER, "then|from|kutoka"),
}
SIDES_ONLY = ("now", "then")
"""What tells of which figure something is said, and says nothing by itself."""
OTHER_LANGUAGE: dict[str, re.Pattern[str]] = {
    "en": _any("ya|wa|kwa|na|ni|za|la|katika|cha|yako|zako|biashara|umepokea|umetumia"),
    "sw": _any("the|of|and|is|was|were|you|your|from|with|for|business|customers?|received|spent"),
}
AFTER_AMOUNTS = _any(
    "payments?|customers?|clients?|invoices?|expenses|people|persons?|items?|orders?|sales|transactions?|units?",
    "malipo|wateja|mteja|ankara|watu|bidhaa|oda|mauzo|points?|alama",
)
