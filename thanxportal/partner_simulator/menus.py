"""What the simulated merchants offer: names of rewards, and the offer behind each name."""

import re
from dataclasses import dataclass
from itertools import islice, product

HARBOR_GRILL = (
    "Free Dessert",
    "$5 off",
    "Free Coffee",
    "20% off your next visit",
    "Free Lobster Fries",
    "Free Harbor Burger",
    "$10 off when you spend $40",
    "Free Iced Tea",
    "Free Fish Tacos",
    "15% off dinner for two",
    "Double points Tuesday",
    "Birthday Key Lime Pie",
    "Free House Salad",
    "🎉 Free Sundae, because it’s summer",
    "$3 off any sandwich",
    "Free Clam Chowder Cup",
    "Free Kids’ Meal",
    "25% off catering",
    "Free <b>Truffle</b> Fries & Dip",
    "Free Cookie with any lunch",
    "$15 off family platter",
    "Welcome back: a starter of your choice, free with any main course, all week 🍤🍤🍤🍤",
    "Free Lemonade refill",
    "10% off to go",
)

SUNNY_SIDE_COFFEE = (
    "Free Coffee",
    "Free Latte, any size",
    "Free Croissant",
    "$2 off any drink",
    "Free Cold Brew",
    "50% off your second cup",
    "Free Breakfast Taco",
    "Free Birthday Cake Slice",
    "Free Iced Matcha",
    "$5 off a bag of beans",
    "Double points before 9 am",
    "Free Oat Milk upgrade",
    "20% off pastries",
    "Free Cookie",
    "Free Espresso Shot",
    "$1 off tea",
    "Free Mocha",
    "Free Bagel with coffee",
    "Free Affogato",
    "30% off after 3 pm",
    "Free Hot Chocolate",
    "Bring a friend: two for one coffee",
    "$4 off breakfast box",
    "Free Chai Latte",
)

NONNAS_TABLE = (
    "Free Margherita Pizza",
    "Free Tiramisu Cake",
    "$8 off any large pizza",
    "Free Garlic Bread",
    "Free Gelato Scoop",
    "20% off Sunday lunch",
    "Free Espresso",
    "Free Caesar Salad",
    "$5 off pickup",
    "Free Cannoli",
    "Birthday gift from Nonna",
    "Free Limonata",
    "15% off the whole table",
    "Free Pepperoni Slice",
    "$12 off family dinner",
    "Free Antipasti Plate",
    "Double points on pasta night",
    "Free Burrata Salad",
    "10% off delivery",
    "Free Panna Cotta dessert",
    "Free Calzone",
    "$6 off two pizzas",
    "Free Affogato",
    "Free kids’ pizza",
)

_GOODS = (
    "Coffee", "Croissant", "Ice Cream", "Salad", "Sandwich", "Cookie", "Iced Tea", "Pizza", "Cake", "Tacos",
    "Breakfast", "Smoothie", "Fries",
)  # fmt: skip
_OFFERS = (
    "Free {}", "$1 off {}", "$2 off {}", "$3 off {}", "$5 off {}", "10% off {}", "15% off {}", "20% off {}",
    "25% off {}", "30% off {}", "50% off {}", "Double points on {}",
)  # fmt: skip

FINE_PRINT = (
    "One per guest. Not valid with other offers. No cash value.",
    "Valid once at participating locations. Excludes alcohol, tax and tip.",
    "Dine-in only. Cannot be combined with happy hour prices.",
    "Limit one per visit. While supplies last.",
    "",
)

CITIES = (
    ("San Francisco", "CA", "94133"),
    ("Oakland", "CA", "94607"),
    ("Portland", "OR", "97205"),
    ("Austin", "TX", "78701"),
    ("Denver", "CO", "80202"),
    ("Chicago", "IL", "60611"),
    ("Boston", "MA", "02110"),
)

STREETS = (
    "Ferry Street", "Market Street", "Mission Street", "Harbor Drive", "Main Street", "Oak Avenue",
    "Pine Street", "Union Square", "Lake Shore Drive", "Broadway Plaza",
)  # fmt: skip

_DISH_WORDS = (
    (("iced", "cold brew", "lemonade", "limonata", "tea", "smoothie", "matcha"), "iced"),
    (("birthday", "welcome", "friend", "kids"), "gift"),
    (("points",), "star"),
    (("fries",), "fries"),
    (("burger", "sandwich", "bagel", "platter"), "burger"),
    (("pizza", "slice", "calzone", "garlic"), "pizza"),
    (("taco",), "taco"),
    (("salad", "antipasti", "chowder"), "salad"),
    (("cookie", "cannoli"), "cookie"),
    (("croissant", "pastries", "breakfast"), "croissant"),
    (("sundae", "ice cream", "gelato", "affogato"), "icecream"),
    (("dessert", "cake", "pie", "tiramisu"), "cake"),
    (("coffee", "latte", "espresso", "mocha", "chocolate", "cup", "oat"), "coffee"),
)


@dataclass(frozen=True)
class Offer:
    """What the name of a reward promises. `label` is its short form on a coupon."""

    subtype: str
    discount_type: str | None
    value: float | None
    description: str
    label: str


def read_offer(name: str) -> Offer:
    """Read "$5 off", "20% off", "Free Dessert" and the like."""
    if match := re.match(r"\$(\d+) off", name):
        description = f"Take ${match[1]} off your order on your next visit."
        return Offer("amount_off", "dollars", float(match[1]), description, f"${match[1]}")
    if match := re.match(r"(\d+)% off", name):
        description = f"Enjoy {match[1]}% off. Show this reward when you pay."
        return Offer("percent_off", "percent", float(match[1]), description, f"{match[1]}%")
    if "points" in name:
        return Offer("custom", None, None, "Earn twice the points on everything you buy.", "2×")
    return Offer("free_item", "free_item", None, f"{name}: on us, as a thank-you.", "Free")


def dish_for(name: str) -> str:
    """Return the picture that suits a reward's name."""
    lowered = name.lower()
    if lowered.startswith("$") or "% off" in lowered:
        return "coupon"
    return next((dish for words, dish in _DISH_WORDS if any(word in lowered for word in words)), "gift")


def corner_market(count: int) -> tuple[str, ...]:
    """Return `count` reward names, up to 156: enough to need a second page of 100."""
    names = (offer.format(good) for good, offer in product(_GOODS, _OFFERS))
    return tuple(islice(names, count))
