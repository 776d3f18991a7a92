#ifndef JOEY_TOUCH_H
#define JOEY_TOUCH_H

/** Notifies who watches the folder at this path: see touch.c. Gives the exit code. */
int touch_changed(const char *kind, const char *at);

#endif
