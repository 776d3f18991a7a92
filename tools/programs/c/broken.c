/* Reads one byte too many, so that a test can see that the sanitizers are
 * there. */
#include <stdlib.h>

int main(int count, char **arguments) {
  char *bytes = calloc((size_t)count, 1);
  int result;

  (void)arguments;
  if (bytes == NULL)
    return 2;
  result = bytes[count];
  free(bytes);
  return result;
}
