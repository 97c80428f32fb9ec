FROM node:26-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_URL=file:/data/newsweave.db

# The image is Node 26 already: the copy of it that the project brings, an optional dependency, stays out.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

# There is no build step: Node runs the TypeScript as it is.
COPY LICENSE ./
COPY migrations ./migrations
COPY src ./src

# The first run of a program keeps what it made of the sources, so that the container starts in less time.
RUN node src/main/cli.js --version && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node", "src/main/cli.js"]
CMD ["start"]
