"""`simulator check`: does a trace of another system keep the rules?"""
