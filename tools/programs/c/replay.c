/* Gives each file that is named to a fuzz target: for machines without
 * libFuzzer. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

int main(int count, char **paths) {
  static uint8_t bytes[1 << 20];

  for (int i = 1; i < count; i++) {
    FILE *file = fopen(paths[i], "rb");
    uint8_t *exact;
    size_t length;

    if (file == NULL)
      return 2;
    length = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    /* Of exactly that length, so that a step beyond it is seen. */
    exact = malloc(length > 0 ? length : 1);
    if (exact == NULL)
      return 2;
    for (size_t at = 0; at < length; at++)
      exact[at] = bytes[at];
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
  }
  return 0;
}
