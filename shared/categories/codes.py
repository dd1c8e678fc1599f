"""The 24 categories of money that goes out, and what is said when the text does not tell."""

from __future__ import annotations

UNCATEGORISED = "uncategorised"
"""Ask: the text does not tell."""
NAMES: dict[str, str] = {
    "stock_cogs": "Stock and cost of goods",
    "rent": "Rent",
    "utilities": "Electricity, water, gas, refuse",
    "airtime_internet": "Airtime and internet",
    "fuel": "Fuel",
    "transport_delivery": "Transport and delivery",
    "travel_lodging": "Travel and lodging",
    "vehicle_costs": "Vehicle costs",
    "premises_upkeep": "Repairs, security, cleaning",
    "wages_salaries": "Wages and salaries",
    "payroll_statutory": "Payroll contributions",
    "taxes": "Taxes",
    "licences_permits": "Licences and permits",
    "professional_fees": "Professional fees",
    "marketing": "Marketing",
    "software_cloud": "Software and cloud",
    "bank_mpesa_fees": "Bank and M-Pesa fees",
    "loans_finance": "Loans and finance",
    "insurance": "Insurance",
    "office_supplies": "Office supplies",
    "equipment_furniture": "Equipment and furniture",
    "meals_entertainment": "Meals and entertainment",
    "staff_welfare_training": "Staff welfare and training",
    "owner_transfers": "Owner's and own-account transfers",
}
CODES: tuple[str, ...] = tuple(NAMES)
"""In the order in which models and tables have them."""
NOT_COSTS = frozenset({"owner_transfers"})
"""Money that left and is no cost: kept out of profit and loss."""
