"""Who the demo shop deals with: invented people and firms of Nairobi, and what the shop knows of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shared.core.phone import parse_phone

BUSINESS = "jenga"
PASSWORD = "jenga-demo-2026"  # noqa: S105 - printed at every start; it opens invented data only
OWNER = "owner@jenga.example"
VIEWER = "viewer@jenga.example"
NAME = "Jenga Hardware, Gikomba"
PIN = "P051927364J"

Book = Literal["same", "none", "old"]
"""What the customer book has: the phone they pay from, none, or one they no longer use."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who pays: ``phone`` is what they pay from, ``shown`` how M-Pesa names its owner.

    ``book`` says what the shop knows of the phone; outsiders are no customers of the shop.
    """

    key: str
    name: str
    phone: str
    shown: str = ""
    book: Book = "same"
    account: str = ""
    email: str = ""

    @property
    def id(self) -> str:
        """The id of the customer document."""
        return f"cus_{self.key}"

    @property
    def msisdn(self) -> str:
        """The phone they pay from, as ``2547…``."""
        return parse_phone(self.phone)

    @property
    def on_phone(self) -> str:
        """The name that M-Pesa shows."""
        return (self.shown or self.name).upper()

    @property
    def known_phones(self) -> list[str]:
        """What the customer book has."""
        old = f"2547000{self.msisdn[-3:]}00"
        return {"same": [self.msisdn], "none": [], "old": [old]}[self.book]


_PEOPLE = (
    Person("wanjiku", "Grace Wanjiku Kamau", "0722 000 318", email="grace.wanjiku@mail.example"),
    Person("otieno", "Peter Otieno Odhiambo", "0733 000 452"),
    Person("halima", "Halima Noor Hassan", "0711 000 127", account="JH-017"),
    Person("mutua", "Daniel Mutua Kilonzo", "0721 000 964"),
    Person("chebet", "Mercy Chebet Koech", "0725 000 275", email="mercy.chebet@mail.example"),
    Person("njoroge", "Samuel Njoroge Mwangi", "0720 000 583"),
    Person("akinyi", "Rose Akinyi Ouma", "0710 000 641"),
    Person("barasa", "Wycliffe Barasa Wekesa", "0728 000 709"),
    Person("muthoni", "Jane Muthoni Gitau", "0727 000 836", account="JH-031"),
    Person("kiprop", "Hillary Kiprop Sang", "0790 000 190"),
    Person("nyambura", "Lucy Nyambura Karanja", "0795 000 412", book="none"),
    Person("ochieng", "Kevin Ochieng Onyango", "0791 000 553", book="old"),
    Person("moraa", "Beatrice Moraa Nyaboke", "0746 000 678"),
    Person("abdi", "Yusuf Abdi Farah", "0740 000 204"),
    Person("wairimu", "Esther Wairimu Ndung'u", "0757 000 321", email="esther.wairimu@mail.example"),
    Person("musyoka", "Patrick Musyoka Nzioka", "0758 000 447"),
    Person("jepkosgei", "Irene Jepkosgei Rotich", "0768 000 569"),
    Person("omondi", "Collins Omondi Were", "0769 000 682"),
    Person("kariuki", "Joseph Kariuki Maina", "0112 000 735", book="old"),
    Person("atieno", "Pamela Atieno Okoth", "0115 000 818", book="none"),
    Person("simiyu", "Moses Simiyu Wafula", "0114 000 926", account="JH-044"),
    Person("nafula", "Sarah Nafula Juma", "0113 000 143"),
    Person("gathoni", "Ann Gathoni Njuguna", "0702 000 259"),
    Person("kibet", "Dennis Kibet Cheruiyot", "0703 000 366"),
    Person("mwende", "Faith Mwende Musau", "0704 000 471"),
    Person("hamisi", "Ali Hamisi Mwinyi", "0705 000 584", book="none"),
    Person("waweru", "Charles Waweru Kimani", "0706 000 697"),
)

_FIRMS = (
    Person(
        "simba",
        "Simba Contractors Ltd",
        "0729 000 111",
        "Geoffrey Kamande Njau",
        account="JH-502",
        email="accounts@simba.example",
    ),
    Person(
        "tumaini",
        "Tumaini Primary School",
        "0723 000 222",
        "Agnes Wambui Thuo",
        account="JH-511",
        email="bursar@tumaini.example",
    ),
    Person(
        "elgon",
        "Elgon Builders Ltd",
        "0724 000 333",
        "Tom Situma Khaemba",
        account="JH-518",
        email="pay@elgon.example",
    ),
    Person("baraka", "Baraka Apartments", "0726 000 444", "Rehema Ali Bakari", account="JH-523"),
    Person("jua", "Jua Kali Welders Group", "0792 000 555", "Francis Oduor Ogola"),
    Person("amani", "Amani Self Help Group", "0793 000 666", "Teresia Nduku Muli", account="JH-530"),
    Person(
        "kilele",
        "Kilele Roofing Works",
        "0794 000 777",
        "Brian Kamau Gichuru",
        email="office@kilele.example",
    ),
    Person("mavuno", "Mavuno Agrovet", "0796 000 888", "Susan Chepkemoi Langat"),
    Person("pwani", "Pwani Logistics Ltd", "0797 000 999", "Omar Salim Athman", account="JH-541"),
    Person("upendo", "Upendo Church Gikomba", "0798 000 135", "Pastor Elijah Njenga Kuria"),
    Person("zawadi", "Zawadi Interiors", "0799 000 246", "Winnie Zawadi Mumo", book="old"),
    Person(
        "nuru",
        "Nuru Solar Installers Ltd",
        "0741 000 357",
        "Edwin Kiptoo Bett",
        account="JH-552",
        email="finance@nuru.example",
    ),
    Person("mto", "Mto Plumbing Services", "0742 000 468", "Julius Mwangangi Kyalo"),
)

CUSTOMERS: tuple[Person, ...] = _PEOPLE + _FIRMS

OUTSIDERS: tuple[Person, ...] = (
    Person("brother", "Dickson Gitonga Mburu", "0743 000 579"),
    Person("sister", "Lilian Jeptoo Sang", "0747 000 913"),
    Person("foreman", "Stephen Lokwang Ekai", "0745 000 680"),
    Person("stranger", "Naomi Cherotich Tanui", "0748 000 791"),
    Person("passer", "Victor Masinde Lutta", "0759 000 802"),
)

EVERYBODY: dict[str, Person] = {person.key: person for person in CUSTOMERS + OUTSIDERS}
