/** What a header calls a chest, and a view of it. Devices of many makers write what they like: (0018,0015) and (0018,5101) are not checked. */

/** The part as PS3.16 annex L has it, or in words of other languages that devices write. */
const chest = /\b(CHEST|THORAX|LUNGS?|THORACIC CAVITY|BRUSTKORB|POUMONS?|PECHO|TORAX|TORACE)\b|胸|肺/;
/** Names that speak of a chest, and of more than lungs. */
const besideChest = /\b(SPINE|VERTEBRAE?|INLET|AORTA|WALL)\b/;

/** @param part in upper case */
export function isChest(part: string): boolean {
  const words = part.normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('_', ' ');
  return chest.test(words) && !besideChest.test(words);
}

const sideways = /^(LL|RL|LLO|RLO|LAO|RAO|LPO|RPO)$|LATERAL|OBLIQUE|PROFILE|SEITLICH|侧|斜/;
const decubitus = /DECUB|^(LLD|RLD)$/;

/** A lateral or oblique view. One of a patient who lies on the side is frontal. @param view in upper case */
export function isSideways(view: string): boolean {
  return sideways.test(view) && !decubitus.test(view);
}

/** From the front or from the back, of a patient who stands, sits or lies on the back. @param view in upper case */
export function isFrontal(view: string): boolean {
  return /^(AP|PA)\b|ANTERO-?POSTERIOR|POSTERO-?ANTERIOR|FRONTAL|正位/.test(view) && !decubitus.test(view);
}
