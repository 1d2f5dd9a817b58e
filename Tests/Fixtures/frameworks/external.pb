Bfarj
locationelsewhere.binp