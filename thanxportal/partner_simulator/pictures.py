"""Draws pictures of rewards as SVG: a card with a dish, different for each template."""

from collections.abc import Mapping
from urllib.parse import quote

_PALETTES = (  # background, its darker corner, main color, second color
    ("#FFE8C9", "#FFC98B", "#B4532A", "#FFF8EE"),
    ("#FBD9CF", "#F4A58C", "#A8322D", "#FFF4EF"),
    ("#FFF0B8", "#FFD36B", "#A65A00", "#FFFBEA"),
    ("#DDEFD8", "#A9D39E", "#3C6B3A", "#F7FCF4"),
    ("#FADFE6", "#F0A9BC", "#9C2B53", "#FFF5F8"),
    ("#D9ECEB", "#9ACFCB", "#1F6665", "#F3FBFA"),
    ("#F1E2D3", "#D5AE88", "#6B4226", "#FDF8F2"),
    ("#E7E0F4", "#BFAFE3", "#523A8C", "#F9F7FE"),
)

_DISHES: Mapping[str, str] = {  # {m} main color, {s} second color; drawn around (160, 100)
    "coffee": (
        '<path d="M112 82h82v36a34 34 0 0 1-34 34h-14a34 34 0 0 1-34-34z" fill="{s}"/>'
        '<path d="M194 92h10a15 15 0 0 1 0 30h-11" fill="none" stroke="{s}" stroke-width="9"/>'
        '<ellipse cx="153" cy="83" rx="41" ry="9" fill="{m}"/>'
        '<path d="M138 64q-8-10 0-20t0-20M166 64q-8-10 0-20t0-20" fill="none" stroke="{m}" '
        'stroke-width="5" stroke-linecap="round" opacity=".45"/>'
        '<ellipse cx="153" cy="162" rx="62" ry="7" fill="{m}" opacity=".3"/>'
    ),
    "iced": (
        '<path d="M126 58h68l-9 98a6 6 0 0 1-6 6h-38a6 6 0 0 1-6-6z" fill="{s}"/>'
        '<path d="M129 86h62l-7 66a5 5 0 0 1-5 5h-38a5 5 0 0 1-5-5z" fill="{m}" opacity=".75"/>'
        '<path d="M168 60l14-38h16" fill="none" stroke="{m}" stroke-width="7" stroke-linecap="round"/>'
        '<rect x="141" y="94" width="18" height="18" rx="4" fill="{s}" opacity=".8" '
        'transform="rotate(-12 150 103)"/>'
        '<rect x="163" y="108" width="17" height="17" rx="4" fill="{s}" opacity=".7" '
        'transform="rotate(18 171 116)"/>'
    ),
    "cake": (
        '<path d="M96 108l118-40v56l-118 28z" fill="{s}"/><path d="M96 122l118-34v14l-118 32z" fill="{m}"/>'
        '<path d="M96 108l118-40q-34-26-70-12z" fill="{m}" opacity=".7"/>'
        '<circle cx="160" cy="50" r="12" fill="{m}"/>'
        '<path d="M160 40q2-12 14-14" stroke="{m}" stroke-width="4" fill="none"/>'
    ),
    "burger": (
        '<path d="M104 88a56 46 0 0 1 112 0z" fill="{m}"/><rect x="98" y="92" width="124" height="13" rx="6" '
        'fill="{s}"/><rect x="102" y="108" width="116" height="17" rx="8" fill="{m}" opacity=".75"/>'
        '<path d="M104 130h112v8a20 20 0 0 1-20 20h-72a20 20 0 0 1-20-20z" fill="{m}"/>'
        '<g fill="{s}"><ellipse cx="138" cy="64" rx="5" ry="3"/><ellipse cx="162" cy="56" rx="5" ry="3"/>'
        '<ellipse cx="184" cy="68" rx="5" ry="3"/></g>'
    ),
    "fries": (
        '<g fill="{s}"><rect x="122" y="38" width="13" height="74" rx="3" transform="rotate(-8 128 75)"/>'
        '<rect x="140" y="30" width="13" height="80" rx="3"/><rect x="158" y="36" width="13" height="74" rx="3"/>'
        '<rect x="176" y="40" width="13" height="72" rx="3" transform="rotate(9 182 76)"/></g>'
        '<path d="M114 88q46 22 92 0l-11 76h-70z" fill="{m}"/>'
    ),
    "pizza": (
        '<path d="M160 168L96 62q64-34 128 0z" fill="{s}"/><path d="M96 62q64-34 128 0l-8 14q-56-28-112 0z" '
        'fill="{m}"/><g fill="{m}" opacity=".8"><circle cx="146" cy="92" r="10"/>'
        '<circle cx="178" cy="96" r="9"/><circle cx="160" cy="126" r="9"/></g>'
    ),
    "taco": (
        '<path d="M98 138a62 62 0 0 1 124 0z" fill="{s}"/><path d="M98 138a62 62 0 0 1 124 0" fill="none" '
        'stroke="{m}" stroke-width="8"/><g fill="{m}"><circle cx="118" cy="92" r="11"/>'
        '<circle cx="140" cy="78" r="12"/><circle cx="164" cy="74" r="12"/><circle cx="188" cy="82" r="11"/></g>'
        '<ellipse cx="160" cy="152" rx="72" ry="8" fill="{m}" opacity=".3"/>'
    ),
    "salad": (
        '<g fill="{m}" opacity=".8"><circle cx="130" cy="84" r="22"/><circle cx="160" cy="72" r="26"/>'
        '<circle cx="192" cy="84" r="22"/></g><path d="M94 96h132a66 58 0 0 1-132 0z" fill="{s}"/>'
        '<circle cx="146" cy="80" r="8" fill="{s}"/><circle cx="178" cy="76" r="7" fill="{s}"/>'
    ),
    "cookie": (
        '<circle cx="160" cy="100" r="56" fill="{m}" opacity=".85"/><g fill="{s}"><circle cx="138" cy="82" r="8"/>'
        '<circle cx="174" cy="76" r="7"/><circle cx="186" cy="108" r="9"/><circle cx="150" cy="118" r="7"/>'
        '<circle cx="168" cy="138" r="5"/><circle cx="124" cy="108" r="5"/></g>'
    ),
    "croissant": (
        '<path d="M88 130q4-66 72-74 68 8 72 74-18 12-34-4-12-26-38-28-26 2-38 28-16 16-34 4z" fill="{m}"/>'
        '<path d="M130 66l8 36M160 58v40M190 66l-8 36M106 88l18 26M214 88l-18 26" stroke="{s}" '
        'stroke-width="5" stroke-linecap="round"/>'
    ),
    "icecream": (
        '<path d="M128 94h64l-32 78z" fill="{m}"/><circle cx="142" cy="80" r="24" fill="{s}"/>'
        '<circle cx="178" cy="80" r="24" fill="{s}"/><circle cx="160" cy="56" r="25" fill="{s}"/>'
        '<circle cx="160" cy="28" r="9" fill="{m}"/><path d="M136 108l36 22M184 108l-34 22" stroke="{s}" '
        'stroke-width="3" opacity=".6"/>'
    ),
    "gift": (
        '<rect x="108" y="84" width="104" height="76" rx="8" fill="{s}"/>'
        '<rect x="100" y="70" width="120" height="24" rx="6" fill="{m}"/>'
        '<rect x="152" y="70" width="16" height="90" fill="{m}"/>'
        '<path d="M160 70q-40-4-34-26 14-16 34 26 20-42 34-26 6 22-34 26z" fill="none" stroke="{m}" '
        'stroke-width="7"/>'
    ),
    "coupon": (
        '<path d="M84 66h152v22a13 13 0 0 0 0 26v22H84v-22a13 13 0 0 0 0-26z" fill="{s}"/>'
        '<path d="M120 72v58" stroke="{m}" stroke-width="4" stroke-dasharray="7 7"/>'
        '<text x="178" y="116" font-family="Georgia,serif" font-size="42" font-weight="700" '
        'text-anchor="middle" fill="{m}">{t}</text>'
    ),
    "star": (
        '<path d="M160 38l19 40 44 5-33 30 9 43-39-22-39 22 9-43-33-30 44-5z" fill="{m}"/>'
        '<circle cx="160" cy="104" r="22" fill="{s}"/>'
    ),
}

DISHES = tuple(_DISHES)


def draw(dish: str, variety: int, label: str = "") -> str:
    """Return a 320 by 200 SVG: `dish` (one of DISHES) in one of many looks; `label` is a coupon's text."""
    ground, corner, main, second = _PALETTES[variety % len(_PALETTES)]
    angle, shift = variety * 37 % 180, variety * 53 % 120
    inner = _DISHES[dish].format(m=main, s=second, t=label)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200">'
        f'<rect width="320" height="200" fill="{ground}"/>'
        f'<g fill="{corner}" opacity=".55"><circle cx="{40 + shift * 2}" cy="{200 - shift // 2}" r="96"/>'
        f'<rect x="-40" y="20" width="400" height="14" transform="rotate({angle} 160 100)" opacity=".5"/></g>'
        f'<circle cx="160" cy="100" r="84" fill="{second}" opacity=".5"/>{inner}</svg>'
    )


def data_uri(svg: str) -> str:
    """Return the drawing as a data: address."""
    return "data:image/svg+xml;utf8," + quote(svg, safe=" =:/'(),.-")
