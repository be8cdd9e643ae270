/** `/api/v1`: images in, answers out. */
import { z } from 'zod';
import { clientSignal } from './client-signal.ts';
import { bytesSchema, classifyAnswerSchema, explainAnswerSchema, modelsAnswerSchema, noticeText } from './contract.ts';
import { displayQuery, readDisplayChoice, readMaximumSide, sideQuery } from './display-query.ts';
import { Problem } from './problems.ts';
import { chooseContentType, declareRoute, type Route } from './route.ts';
import { imageBody, isForm, readOneUpload, readUploads } from './uploads.ts';

const modelQuery = {
  model: z.string().optional().describe('The name of a model; the first that is served unless given.'),
  version: z.string().optional().describe('Its version; the latest of that name unless given.'),
};

const classifyQuery = { ...modelQuery, ...displayQuery };

const explainQuery = {
  ...classifyQuery,
  class: z.string().optional().describe('The class to explain; the one that the model chose unless given.'),
};

const imageProblems = ['not-found', 'unreadable-image', 'timed-out', 'not-ready'] as const;

const heatMap = {
  description: 'The heat map.',
  content: { 'application/json': explainAnswerSchema, 'image/png': bytesSchema },
} as const;

export const apiRoutes: readonly Route[] = [
  declareRoute({
    method: 'POST',
    url: '/api/v1/classify',
    documentation: {
      operationId: 'classify',
      tag: 'images',
      summary: 'Classify one image or many',
      description:
        'A raw body is one image, and one that cannot be read is a problem. In a form every file is an image, and each has a result of its own, also one that cannot be read.',
    },
    needsToken: true,
    query: classifyQuery,
    body: imageBody,
    responses: {
      200: {
        description: 'A result for each image, in order.',
        content: { 'application/json': classifyAnswerSchema },
      },
    },
    problems: imageProblems,
    async handle(service, request, reply) {
      const start = performance.now();
      const model = service.find(request.query.model, request.query.version);
      const display = readDisplayChoice(request.query);
      const signal = clientSignal(reply);
      const images = await readUploads(request, service.settings.filesPerRequest);
      const results = await service.classify(model, images, { display, signal });
      const [only] = results;
      // A program that sends one image as it is looks at the status alone.
      const problem = isForm(request) ? null : (only?.problem ?? null);
      if (problem !== null) throw Problem.from(problem);
      return {
        model: { id: model.id, version: model.version },
        results: [...results],
        milliseconds: performance.now() - start,
        notice: noticeText,
      };
    },
  }),
  declareRoute({
    method: 'POST',
    url: '/api/v1/explain',
    documentation: {
      operationId: 'explain',
      tag: 'images',
      summary: 'Where a model looked: a heat map of one image (Grad-CAM)',
      description:
        'As JSON: heat for each pixel of the network’s input, to which the whole image is fitted. As PNG, where the header Accept asks for image/png: the heat over the image as the network sees it.',
    },
    needsToken: true,
    query: explainQuery,
    body: imageBody,
    responses: { 200: heatMap },
    problems: [...imageProblems, 'header-refused', 'guard-refused'],
    async handle(service, request, reply) {
      const start = performance.now();
      const { model: id, version, class: target } = request.query;
      const model = service.find(id, version);
      const display = readDisplayChoice(request.query);
      const signal = clientSignal(reply);
      const image = await readOneUpload(request, service.settings.filesPerRequest, 'explained');
      const type = chooseContentType(heatMap, request);
      const explained = await service.explain(model, image, {
        display,
        target: target === undefined ? 'predicted' : { class: target },
        overlay: type === 'image/png',
        signal,
      });
      if (explained.overlay !== null) {
        reply.type(type);
        return Buffer.from(explained.overlay);
      }
      return {
        model: { id: model.id, version: model.version },
        method: 'grad-cam' as const,
        class: explained.target.class,
        classProbability: explained.target.probability,
        answer: explained.answer,
        width: explained.width,
        height: explained.height,
        // Three digits are finer than 256 grey levels.
        heat: Array.from(explained.heat, (value) => Math.round(value * 1000) / 1000),
        milliseconds: performance.now() - start,
        notice: noticeText,
      };
    },
  }),
  declareRoute({
    method: 'POST',
    url: '/api/v1/display',
    documentation: {
      operationId: 'display',
      tag: 'images',
      summary: 'An image as a screen shows it: a grey PNG of 8 bits',
      description:
        'The pixels that a model sees before they are scaled. For what browsers do not show: DICOM, TIFF, 16 bits. No model is asked, so an image that a header or guard refuses is shown too.',
    },
    needsToken: true,
    query: { ...displayQuery, ...sideQuery },
    body: imageBody,
    responses: { 200: { description: 'The image.', content: { 'image/png': bytesSchema } } },
    problems: ['unreadable-image', 'timed-out', 'not-ready'],
    async handle(service, request, reply) {
      const [display, maximumSide] = [readDisplayChoice(request.query), readMaximumSide(request.query)];
      const signal = clientSignal(reply);
      const image = await readOneUpload(request, service.settings.filesPerRequest, 'shown');
      reply.type('image/png');
      return Buffer.from(await service.show(image, { display, maximumSide, signal }));
    },
  }),
  declareRoute({
    method: 'GET',
    url: '/api/v1/models',
    documentation: {
      operationId: 'listModels',
      tag: 'models',
      summary: 'The models that are served, with their cards, and the limits of a request',
    },
    needsToken: true,
    responses: { 200: { description: 'All models.', content: { 'application/json': modelsAnswerSchema } } },
    handle: async (service) => service.listModels(),
  }),
  declareRoute({
    method: 'POST',
    url: '/api/v1/reload',
    documentation: {
      operationId: 'reload',
      tag: 'models',
      summary: 'Read all model files again',
      description: 'New files answer once they are loaded and tested; where one cannot be used, all stays as it was.',
    },
    needsToken: true,
    role: 'reload',
    responses: {
      200: { description: 'All models, as they are now.', content: { 'application/json': modelsAnswerSchema } },
    },
    problems: ['not-ready'],
    async handle(service) {
      await service.reload();
      return service.listModels();
    },
  }),
];
