"""What people ask a shop's chatbot: the same list as in load_tests/lib/messages.ts (a test compares them)."""

DEFAULT_MESSAGES = (
    "Hello, can you help me with my order?",
    "When will my parcel arrive?",
    "The tracking page has not changed for three days. Is it lost?",
    "Can I change the delivery address?",
    "How do I return a pair of shoes that does not fit?",
    "How long do I have for a return?",
    "Who pays for the return label?",
    "My refund has not arrived yet. What can I do?",
    "Which payment methods do you accept?",
    "Can I pay by invoice?",
    "My voucher code is refused at the checkout. Why?",
    "What are your opening hours?",
    "Do you have a shop in Hamburg?",
    "Is this jacket waterproof?",
    "Which size should I take if I am between two sizes?",
    "When will the blue one be available again?",
    "I forgot my password. How do I get a new one?",
    "Please delete my account and all data about me.",
    "Can I talk to a human being?",
    "Thank you, that is all for today.",
)
