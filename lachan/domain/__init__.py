"""What the system is about, in the standard library alone: frozen values, closed lists, pure functions.

post -> assessment -> routing -> case -> measure -> notice | referral -> appeal
audit (the chain), citation (the law), privacy (pseudonyms, masks), errors (the tree)
"""
