"""What Thanx exports of members, purchases and rewards becomes what is known of the guests of a merchant's lists."""
