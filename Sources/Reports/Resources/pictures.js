// Lets the pictures of a page be enlarged.
import { enlargePictures } from './enlarge.js';

enlargePictures();
