"""Invented shops and their goods, by split and trade; prices in cents, with tax inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shop:
    """A seller: the name its label wants, what it prints besides, and where it says it is."""

    name: str
    trade_name: str
    address: tuple[str, ...]
    phone: str


def _shops(*rows: str) -> tuple[Shop, ...]:
    made = []
    for row in rows:
        name, trade, address, phone = (part.strip() for part in row.split("|"))
        made.append(Shop(name, trade, tuple(part.strip() for part in address.split(";")), phone))
    return tuple(made)


SHOPS: dict[str, dict[str, tuple[Shop, ...]]] = {
    "train": {
        "supermarket": _shops(
            "TWIGA MART LIMITED|TWIGA MART|Tom Mboya Street; P.O. Box 4471-00100 Nairobi|0722 114 200",
            "KILIMO FRESH SUPERMARKETS LTD||Kenyatta Highway, Thika; P.O Box 221 Thika|+254 733 400 118",
            "Baraka Self Service Stores||Oginga Odinga Rd; Kisumu|057-2023311",
            "PENDO CHOICE SUPERMARKET||Moi Avenue, Mombasa|0711 909 313",
        ),
        "petrol": _shops(
            "JUA KALI ENERGY (K) LTD|JUA ENERGY|Mombasa Road Station; Box 55010-00200 Nairobi|020 555 1200",
            "RIFT OIL LIMITED|RIFT OIL|Nakuru Town Station|0799 001 002",
            "SAFARI PETROLEUM DEALERS LTD||Eldoret-Webuye Road; Eldoret|0720 888 301",
        ),
        "restaurant": _shops(
            "MAMA OLIECH KITCHEN||Ngong Road, Nairobi|0701 111 909",
            "THE ACACIA GRILL LIMITED|ACACIA GRILL|2nd Floor Sarit Plaza; Westlands|0733 770 700",
            "COAST SWAHILI DISHES||Digo Road; Mombasa|0729 002 777",
        ),
        "hardware": _shops(
            "MJENGO HARDWARE & STEEL LTD||Enterprise Road; P.O. Box 7710-00500 NAIROBI|0721 345 600",
            "UMOJA BUILDERS HARDWARE||Outering Road, Nairobi|0710 222 555",
            "NYATI PAINTS AND HARDWARE LIMITED||Kisii Town; Box 91 Kisii|058-30511",
        ),
        "pharmacy": _shops(
            "AFYA BORA CHEMISTS LTD||Kimathi Street; Nyeri|0722 610 610",
            "TUMAINI PHARMACY||Market Street, Machakos|0790 311 200",
        ),
        "note": _shops(
            "WANJIKU GENERAL SHOP||Gikomba Market|0712 300 400",
            "OMONDI & SONS||Kibuye, Kisumu|0704 119 220",
            "Zawadi Traders||Marikiti|0733 118 114",
        ),
    },
    "test": {
        "supermarket": _shops(
            "SIMBA BASKET HYPERMARKET LIMITED|SIMBA BASKET|Waiyaki Way; P.O BOX 18001, NAIROBI|0709 300 300",
            "MALAIKA MINIMART||Along Kangundo Road; Nairobi|0742 600 100",
            "CHAP CHAP STORES LTD||Biashara Street; Meru; Box 810-60200|0711 260 777",
        ),
        "petrol": _shops(
            "SAVANNAH FUELS KENYA LTD|SAVANNAH|Thika Superhighway Exit 9|020 440 1109",
            "PWANI ENERGY STATIONS LIMITED||Malindi Road; Mombasa|0740 110 220",
        ),
        "restaurant": _shops(
            "BOMA NYAMA CHOMA PLACE||Kiambu Road; Nairobi|0728 404 505",
            "KAHAWA STREET CAFE LTD|Kahawa Street|Kilimani, Argwings Kodhek Road|0791 808 808",
            "LAKE VIEW HOTEL||Kisumu, Milimani|0715 616 171",
        ),
        "hardware": _shops(
            "KIFARU CEMENT & TIMBER SUPPLIES LTD||Kirinyaga Road; P O Box 40077-00100 Nairobi|0734 567 001",
            "NDOVU TOOLS CENTRE||Langas; Eldoret|0720 919 414",
        ),
        "pharmacy": _shops(
            "UZIMA MEDICALS LIMITED||Kenyatta Avenue; Nakuru|0723 515 516",
            "GOODHEALTH PHARMACY (EA) LTD||Garden City Mall; Nairobi|0780 221 331",
        ),
        "note": _shops(
            "MUTISO TIMBER YARD||Gikomba|0721 889 010",
            "NEEMA CEREALS STORE||Nyamakima; Nairobi|0719 440 110",
        ),
    },
    "held": {
        "supermarket": _shops(
            "NYUMBANI FRESH MART LTD||Kenyatta Street; Embu; P.O. Box 330-60100|0728 660 110",
            "TUSHOP WHOLESALE AND RETAIL||Bondeni; Nakuru|0714 505 808",
        ),
        "petrol": _shops("KASUKU OIL DEALERS LIMITED||Meru-Nanyuki Road|0733 292 929"),
        "restaurant": _shops("MLIMA VIEW RESTAURANT||Karatina; Nyeri|0722 818 181"),
        "hardware": _shops("JENGA IMARA HARDWARE STORES LTD||Kamukunji; Nairobi|0790 717 171"),
        "pharmacy": _shops("DAWA PLUS CHEMIST LIMITED||Uhuru Street; Thika|0710 626 262"),
        "note": _shops("KARIUKI & BROTHERS||Wakulima Market|0725 343 434"),
    },
}

Goods = tuple[str, int, int]
"""A name, and between which prices it is sold."""


def _goods(*rows: str) -> tuple[Goods, ...]:
    made = []
    for row in rows:
        name, low, high = (part.strip() for part in row.split("|"))
        made.append((name, 100 * int(low), 100 * int(high)))
    return tuple(made)


GOODS: dict[str, dict[str, tuple[Goods, ...]]] = {
    "train": {
        "supermarket": _goods(
            "BROOKLAND MILK 500ML|55|75",
            "UNGA JIKO 2KG|160|230",
            "SUGAR KABRAS 1KG|140|210",
            "BREAD WHITE 400G|60|75",
            "COOKING OIL 1L|250|380",
            "TOILET SOAP 175G|90|170",
            "TOMATOES LOOSE|80|160",
            "EGGS TRAY 30|380|520",
            "RICE PISHORI 2KG|380|600",
            "WASHING POWDER 1KG|210|360",
            "TEA LEAVES 250G|120|210",
        ),
        "petrol": _goods(
            "SUPER PETROL|174|195",
            "DIESEL|166|185",
        ),
        "restaurant": _goods(
            "Chapati|30|80",
            "Beef Stew|250|600",
            "Ugali|50|150",
            "Pilau|300|650",
            "Passion Juice|150|300",
            "Chicken Tikka|600|1300",
            "Soda 300ml|60|120",
        ),
        "hardware": _goods(
            "CEMENT 50KG 32.5R|680|850",
            "NAILS 4 INCH|150|260",
            "BINDING WIRE 25KG|2900|4100",
            "PAINT CREAM 4L|1500|2900",
            "PVC PIPE 1/2|240|420",
            "PADLOCK 50MM|350|800",
            "D12 STEEL BAR|980|1400",
        ),
        "pharmacy": _goods(
            "PANADOL ADVANCE 20S|150|320",
            "AMOXIL CAPS 500MG|300|600",
            "COUGH SYRUP 100ML|250|450",
            "BANDAGE 3 INCH|60|150",
            "VITAMIN C 30S|350|700",
        ),
        "note": _goods(
            "Sukari 5kg|700|950",
            "Transport|300|1500",
            "Maharagwe gunia|4000|9000",
            "Charcoal|1200|2600",
            "Loading|200|600",
        ),
    },
    "test": {
        "supermarket": _goods(
            "FRESHA YOGHURT 250ML|80|130",
            "AJAB FLOUR 2KG|170|240",
            "OMO SACHET 500G|140|200",
            "BLUEBAND SPREAD 500G|240|340",
            "INDOMIE NOODLES 5PK|200|290",
            "BANANAS SWEET|90|150",
            "MINERAL WATER 1.5L|70|120",
            "TISSUE ROLL 10S|280|450",
            "DETTOL SOAP|110|190",
        ),
        "petrol": _goods(
            "UNLEADED V|176|193",
            "AGO DIESEL|165|182",
        ),
        "restaurant": _goods(
            "Nyama Choma 1/2 Kg|550|900",
            "Kachumbari|50|150",
            "Cappuccino|220|380",
            "Samosa|60|140",
            "Fish & Chips|700|1250",
            "Tusker 500ml|250|400",
        ),
        "hardware": _goods(
            "Cypress Timber 4x2|280|520",
            "Roofing Nails 1kg|180|320",
            "Gloss Paint 1L|600|1100",
            "Iron Sheet G30 3M|950|1600",
            "Hinges Pair|120|380",
            "Sisal Rope 20m|250|600",
        ),
        "pharmacy": _goods(
            "Brufen 400mg 24s|180|400",
            "Eno Sachets 12s|240|480",
            "Surgical Mask Box|300|600",
            "ORS + Zinc|90|180",
            "Insulin Pen|1200|2600",
        ),
        "note": _goods(
            "Mbao 6x1|900|2200",
            "Mahindi debe|900|1800",
            "Labour 2 days|1000|3000",
            "Rope|200|800",
            "Fare|100|600",
        ),
    },
    "held": {
        "supermarket": _goods(
            "DAIRYLAND GHEE 500G|420|640",
            "WEETABIX 450G|380|520",
            "PEMBE MAIZE 2KG|150|230",
            "SPRITE 2L|160|240",
            "JIK BLEACH 750ML|150|260",
        ),
        "petrol": _goods("PETROL|174|194", "KEROSENE|150|170"),
        "restaurant": _goods("Githeri|80|200", "Mukimo Plate|150|320", "Chai|30|70", "Roast Chicken|450|900"),
        "hardware": _goods(
            "Wheelbarrow|3500|6000", "Barbed Wire Roll|4200|7000", "Spade|450|900", "Cable 2.5mm|60|120"
        ),
        "pharmacy": _goods("Cetrizine 10s|80|220", "Plaster Roll|90|260", "Digital Thermometer|350|900"),
        "note": _goods("Viazi gunia|1800|4200", "Kazi ya siku|600|1500", "Kamba|100|400"),
    },
}
