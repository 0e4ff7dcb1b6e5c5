/* A PKCS#11 library for tests that passes everything to the one that MOODY_MODULE names, but does in C_Sign, C_Login or
 * C_Initialize what the file that MOODY_FILE names says: "crash", "abort" or "hang", and the function. No headers are needed:
 * of the function list only its places are used (PKCS#11 2.40, 64-bit: the version, then pointers). */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FUNCTIONS = 68, INITIALIZE = 0, LOGIN = 18, SIGN = 43 };
struct list {
  char version[8];
  void *function[FUNCTIONS];
};
typedef unsigned long rv;

static struct list ours;
static struct list *theirs;

static void obey(const char *function) {
  char mood[64] = "", where[64] = "";
  FILE *file = fopen(getenv("MOODY_FILE"), "r");
  if (file == NULL) return;
  if (fscanf(file, "%63s %63s", mood, where) != 2) mood[0] = 0;
  fclose(file);
  if (strcmp(where, function) != 0) return;
  if (strcmp(mood, "crash") == 0) *(volatile int *)8 = 1;
  if (strcmp(mood, "abort") == 0) abort();
  while (strcmp(mood, "hang") == 0) pause();
}

static rv initialize(void *arguments) {
  obey("C_Initialize");
  return ((rv (*)(void *))theirs->function[INITIALIZE])(arguments);
}

static rv login(unsigned long session, unsigned long user, void *pin, unsigned long length) {
  /* As a token that has counted the try before its library breaks. */
  rv answer = ((rv (*)(unsigned long, unsigned long, void *, unsigned long))theirs->function[LOGIN])(session, user, pin, length);
  obey("C_Login");
  return answer;
}

static rv sign(unsigned long session, void *data, unsigned long size, void *signature, unsigned long *length) {
  obey("C_Sign");
  return ((rv (*)(unsigned long, void *, unsigned long, void *, unsigned long *))theirs->function[SIGN])(
      session, data, size, signature, length);
}

rv C_GetFunctionList(struct list **list) {
  void *module = dlopen(getenv("MOODY_MODULE"), RTLD_NOW | RTLD_LOCAL);
  rv (*get)(struct list **) = module == NULL ? NULL : (rv (*)(struct list **))dlsym(module, "C_GetFunctionList");
  if (get == NULL || get(&theirs) != 0) return 5;
  ours = *theirs;
  ours.function[INITIALIZE] = (void *)initialize;
  ours.function[LOGIN] = (void *)login;
  ours.function[SIGN] = (void *)sign;
  *list = &ours;
  return 0;
}
