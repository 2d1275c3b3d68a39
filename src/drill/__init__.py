"""A played city and an auditor that recomputes it: both speak HTTP only and know nothing of the programs they try.

What the law and the city say is written down here a second time, in other words and by other arithmetic, so that an
error in one place does not hide the same error in the other.
"""
