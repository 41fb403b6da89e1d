import { resolveSettings } from '../../../src/options/resolve-settings.js';

const SECRET = '0123456789abcdef0123456789abcdef';
const read = (allowedOrigins: unknown) =>
  resolveSettings({ secret: SECRET, sockets: { allowedOrigins } }).sockets.allowedOrigins;

describe('sockets.allowedOrigins', () => {
  it('is empty by default', () => {
    expect(resolveSettings({ secret: SECRET }).sockets.allowedOrigins).toEqual([]);
  });

  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['https://APP.example.com', 'https://app.example.com'],
    ['http://localhost:5173', 'http://localhost:5173'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdefgh', 'chrome-extension://abcdefgh'],
  ])('accepts %p', (origin, read_) => {
    expect(read([origin])).toEqual([read_]);
  });

  it.each([
    ['https://app.example.com/', /Write "https:\/\/app\.example\.com"/],
    ['https://app.example.com/path', /Write "https:\/\/app\.example\.com"/],
    ['https://app.example.com:443', /Write "https:\/\/app\.example\.com"/],
    ['https://user@app.example.com', /must be an origin/],
    ['app.example.com', /must be an origin/],
    ['https://*.example.com', /must be one origin/],
    ['*', /must be one origin/],
    ['null', /sandboxed frame/],
    ['', /must be an origin/],
    [/example/, /must be a text/],
    [true, /must be a text/],
  ])('refuses %p', (origin, message) => {
    expect(() => read([origin])).toThrow(TypeError);
    expect(() => read([origin])).toThrow(message);
    expect(() => read([origin])).toThrow('sockets.allowedOrigins[0]');
  });

  it('must be a list', () => {
    expect(() => read('https://app.example.com')).toThrow('must be a list');
  });
});
