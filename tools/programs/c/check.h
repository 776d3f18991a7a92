/* What the unit tests of the C share: a test is a function, and prints what it
 * did not find as it should be. */
#ifndef JOEY_CHECK_H
#define JOEY_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);          \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

#endif
