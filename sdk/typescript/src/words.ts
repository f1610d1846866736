// Fingerprints that people compare by eye or read out over the phone.
//
// Four words: byte i of the hash picks word i of this list of 256, for the first four bytes. 32
// bits tell keys apart that were mixed up by accident; they are no proof against somebody who
// looks for a second key with the same words, and the pages that show them also show the full
// id.

export const words: readonly string[] =
  `acid acorn actor adobe agent alarm album alley amber anchor angle ankle apple april arena armor
arrow aspen atlas attic autumn axle bacon badge bagel bamboo banjo barrel basil beach beacon beaver
berry bicycle birch bison blanket bottle boulder bramble brass brick bridge bronze bucket buffalo
button cabin cactus camel camera candle canoe canyon carbon cargo carpet castle cedar cello chalk
cherry chisel cinema circle citrus clover cobalt coconut comet compass copper coral cotton cradle
crater cricket crystal cuckoo cymbal dagger daisy dancer delta denim desert diamond dinner dolphin
domino donkey dragon drum eagle easel echo eclipse elbow elder ember engine envoy fabric falcon
feather fender fern fiddle flame flannel flute forest fossil fox galaxy garden garlic gecko ginger
giraffe glacier goblet gondola granite gravel guitar hammer harbor harvest hazel hedge helmet heron
hickory honey horizon hotel husky iceberg igloo indigo iron island ivory jacket jaguar jasmine
jigsaw jungle juniper kayak kettle kiwi koala ladder lagoon lantern laurel lemon lilac lizard
lobster locket lotus magnet mango maple marble meadow melon meteor mirror monsoon mosaic muffin
mustard napkin nebula needle nickel nutmeg oasis oboe ocean olive onion opal orbit orchid otter
oxygen oyster paddle palace panda paper parrot pebble pencil pepper piano pigeon pillow pine
planet plaza plum pocket polar poppy prairie pretzel pumpkin puzzle quartz quiver rabbit radar
raven ribbon river rocket rose ruby saddle salmon sandal saturn scarf shadow silver siren spider
spruce squid stone sugar sunset swan tango temple tiger timber tomato topaz tower trumpet tulip
turtle umbrella valley velvet violin walnut willow zebra`.split(/\s+/);

// Where somebody may try to pass their key off as another's, and can make keys until one fits,
// twice as many: eight words, 64 bits, in two groups.
export function eightWords(hash: Uint8Array): string {
  return `${fourWords(hash)} ${fourWords(hash.subarray(4))}`;
}

export function fourWords(hash: Uint8Array): string {
  return Array.from(hash.subarray(0, 4), (byte) => words[byte]).join("-");
}
