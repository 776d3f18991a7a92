/** The two parts of a device's number, as glibc splits it: https://sourceware.org/git/?p=glibc.git;f=bits/sysmacros.h */
export function splitDeviceNumber(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >> 12) & 0xfff00) }
}
