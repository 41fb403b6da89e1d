/** How the search ranks. The browser gets this code as text, so each function must be complete by itself. */
export const searchOptions = {
  fuzzy: 0.2,
  prefix: (term) => term.length > 2,
  boost: { title: 4, text: 2, titles: 2 },
  // Readers type questions. These words are on every page.
  processTerm(term) {
    const common =
      'a an and are as at be before by can do does for from get how i if in into is it keep me must my no not of on one only or ' +
      'so than that the their them then there to use was what when where which who why will with without you your';
    const word = term.toLowerCase();
    return common.split(' ').includes(word) ? null : word;
  },
  // The pages of the tasks answer questions. The others repeat their words.
  boostDocument(id) {
    if (/^\/(guide|tutorials|migration|reference\/errors)/.test(id)) return 1.5;
    return /^\/(reference\/api\/|reference\/differences|changelog|contributing|examples)/.test(id) ? 0.4 : 1;
  },
};
