// The files of the page, and its address.

export const PAGE = 'app://page/index.html';

const FILES = ['index.html', 'page.css', 'page.js'];

/**
 * The file behind an address; nothing for any other.
 *
 * @param {string} url
 */
export function fileOf(url) {
  const { host, pathname } = new URL(url);
  const name = FILES.find((one) => pathname === `/${one}`);
  return host === 'page' && name ? `page/${name}` : undefined;
}
