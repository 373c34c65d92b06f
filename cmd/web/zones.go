package main

import _ "time/tzdata" // pages print times in the reader's zone, also where the system knows no zones
